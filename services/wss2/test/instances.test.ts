import t from 'tap'
import { redisAvailable, waitFor } from '@motience/testing'
import type { Client } from './support/client.js'
import { startPlatform } from './support/platform.js'

t.test(
  'a consumer disconnected at random that resumes at either of two instances gets each offset once, in order',
  { skip: redisAvailable() ? false : 'no Redis' },
  async t => {
    const { connect, sm, publisher } = await startPlatform(t, 'redis', { instances: 2 })
    const producers = [7, 8]
    for (const producer of producers) await sm.set(1, producer, 'active')
    const seen = new Map(producers.map(producer => [producer, [] as number[]]))
    let seed = 20_260_101
    const random = (below: number): number => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
      return Math.floor(seed / 65_536) % below
    }

    const follow = (client: Client): void => {
      client.ws.on('message', data => {
        const frame = JSON.parse(String(data)) as {
          type: string
          producer_id: number
          offset: number
          recovered?: boolean
        }
        // a consumer without a position can't know whether there was an earlier epoch
        if (frame.type === 'resumed' && last(frame.producer_id) > 0) t.equal(frame.recovered, true)
        if (frame.type === 'data') seen.get(frame.producer_id)!.push(frame.offset)
      })
    }
    const last = (producer: number): number => seen.get(producer)!.at(-1) ?? 0
    const reconnect = async (): Promise<Client> => {
      const client = await connect(1, { instance: random(2), query: '?resume=true' })
      follow(client)
      client.resume(
        ...producers.map((producer): [number, number, number] => [
          producer,
          last(producer) === 0 ? 0 : 1,
          last(producer)
        ])
      )
      return client
    }

    const rounds = { left: 400, wanted: true }
    const published = (async () => {
      while (rounds.wanted || rounds.left-- > 0) {
        for (const producer of producers) await publisher.publish(producer, 1 + random(4), { together: true })
      }
    })()
    for (let turn = 0; turn < 25; turn++) {
      const before = producers.map(last)
      const client = await reconnect()
      if (random(4) > 0) await waitFor(() => producers.some((producer, i) => last(producer) > before[i]!))
      client.ws.terminate()
      await client.closed
    }
    rounds.wanted = false
    await published
    const client = await reconnect()
    await waitFor(() => new Set(client.of('resumed').map(frame => frame.producer_id)).size === 2)
    for (const producer of producers) {
      const offsets = seen.get(producer)!
      t.same(
        offsets,
        offsets.map((_, i) => i + 1)
      )
      t.ok(offsets.length > 400)
    }
  }
)

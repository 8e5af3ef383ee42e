import { createRedisBroker } from '@motience/broker'
import { redisAvailable, redisCall, startRedisCluster, waitFor } from '@motience/testing'
import { metaKey } from '@motience/schemas'
import t from 'tap'
import { testDsm } from './test-dsm.js'

const SLOTS = 16_384

t.test(
  'a master of a Cluster that stands still holds up its own producers only',
  { skip: redisAvailable() ? false : 'no Redis' },
  async t => {
    const servers = await startRedisCluster()
    t.teardown(() => servers.remove())
    // As an operator would have it where one dead master must not stop the others.
    for (const { port } of servers.masters) {
      await redisCall(port, 'CONFIG', 'SET', 'cluster-require-full-coverage', 'no')
    }
    const broker = await createRedisBroker({ url: servers.url, mode: 'cluster', timeoutMs: 3000 })
    t.teardown(() => broker.close())
    const { post } = await testDsm(t, { broker })
    const producers = Array.from({ length: 12 }, (_, n) => n + 1)
    const share = Math.ceil(SLOTS / servers.masters.length)
    const masterOf = new Map<number, number>()
    for (const id of producers) {
      masterOf.set(
        id,
        Math.floor(Number(await redisCall(servers.masters[0]!.port, 'CLUSTER', 'KEYSLOT', metaKey(id))) / share)
      )
    }
    const theirs = producers.filter(id => masterOf.get(id) === 0)
    const others = producers.filter(id => masterOf.get(id) !== 0)
    t.ok(theirs.length > 0 && others.length > 0)
    const seqs = new Map<number, number>()
    const send = async (id: number): Promise<number> => {
      const seq = (seqs.get(id) ?? 0) + 1
      seqs.set(id, seq)
      return (await post({ producer_id: id, session: 's', seq, payload: {} })).statusCode
    }
    t.ok((await Promise.all(producers.map(send))).every(status => status === 200))

    const paused = servers.masters[0]!
    paused.pause()
    t.teardown(() => paused.resume())
    let answered = 0
    // All in one turn of the event loop, so that they could share a call.
    const held = theirs.map(async id => {
      const status = await send(id)
      answered++
      return status
    })
    const acked = await Promise.all(others.map(send))
    t.ok(
      acked.every(status => status === 200),
      'acked by the masters that work'
    )
    t.equal(answered, 0, 'while nobody knows of the one that does not')
    t.ok((await Promise.all(held)).every(status => status === 503))
    await waitFor(() => broker.connection === 'down', { what: 'the loss to be noticed' })
    // While the masters are looked for anew a call may be refused for now, as its sender then repeats it.
    await waitFor(async () => (await Promise.all(others.map(send))).every(status => status === 200), {
      what: 'the others to be acked after that, too'
    })

    paused.resume()
    await waitFor(
      async () => {
        const statuses = await Promise.all(
          theirs.map(async id => (await post({ producer_id: id, session: 's', seq: 2, payload: {} })).statusCode)
        )
        return statuses.every(status => status === 200)
      },
      { what: 'the held producers to be acked again' }
    )
  }
)

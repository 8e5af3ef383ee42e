import t from 'tap'
import { brokerKinds, waitFor } from '@motience/testing'
import type { Client } from './support/client.js'
import { startPlatform, type Platform } from './support/platform.js'

const limits = { maxQueueBytes: 400_000, maxQueueMessages: 200 }

/** Publishes to a consumer that does not read, until the server's sockets are full and `until` holds. */
const flood = async (
  { publisher }: Platform,
  stalled: Client,
  until: () => boolean | Promise<boolean>,
  device?: (n: number) => string
): Promise<number> => {
  stalled.ws.pause()
  let last = 0
  let n = 0
  await waitFor(async () => {
    for (let i = 0; i < 20; i++) last = (await publisher.publish(7, 1, { bytes: 20_000, device: device?.(n++) })).offset
    return await until()
  }, { timeoutMs: 20_000, what: 'the flood' })
  return last
}

const stats = async ({ wss2 }: Platform) =>
  (await wss2[0]!.http.inject('/stats')).json<{
    dropped: number
    deliveries: number
    queued_messages: number
    queued_bytes: number
    gaps: number
  }>()

/** Messages queued at a server. */
const queued = async (platform: Platform): Promise<number> => (await stats(platform)).queued_messages
const dropped = async (platform: Platform): Promise<number> => (await stats(platform)).dropped

/** Messages that a server received for its consumers, regardless of their outcome. */
const taken = async (platform: Platform): Promise<number> => {
  const { deliveries, dropped, queued_messages: waiting } = await stats(platform)
  return deliveries + dropped + waiting
}

const kind = (await brokerKinds()).at(-1)!

for (const byPage of [false, true]) {
  t.test(
    `a consumer that does not read is closed with 4008 by default, and can resume${byPage ? ' (page port)' : ''}`,
    async t => {
      const platform = await startPlatform(t, kind, { limits, byPage })
      await platform.sm.set(1, 7, 'active')
      const stalled = await platform.connect(1)
      const server = platform.wss2[0]!
      await flood(
        platform,
        stalled,
        () =>
          server.sockets.connections.size === 0 || [...server.sockets.connections].every(connection => !connection.open)
      )
      stalled.ws.resume()
      t.equal(await stalled.closed, 4008)
      const positions = stalled.positions(7)
      t.same(
        positions,
        positions.map((_, i) => `1-${i + 1}`)
      )
      const again = await platform.connect(1)
      again.resume([7, 1, positions.length])
      t.match(await again.first('resumed'), { recovered: true, from: positions.length + 1 })
      await waitFor(async () =>
        /code="4008"\} 1/.test(await server.http.metrics.getSingleMetricAsString('motience_ws_closes_total'))
      )
    }
  )
}

t.test('with `drop` each range of dropped messages is announced exactly, and live data continues', async t => {
  const platform = await startPlatform(t, kind, { limits })
  await platform.sm.set(1, 7, 'active')
  await platform.sm.set(1, 8, 'active')
  const stalled = await platform.connect(1, { query: '?slow=drop' })
  await platform.publisher.publish(8)
  await flood(platform, stalled, async () => await dropped(platform) > 400)
  const { queued_messages: messages, queued_bytes: bytes } = await stats(platform)
  t.ok(messages > 0 && messages <= 200)
  t.ok(bytes > 0 && bytes <= 400_000)
  stalled.ws.resume()
  const { offset: last } = await platform.publisher.publish(7)
  await waitFor(() => stalled.positions(7).at(-1) === `1-${last}`)
  let next = 1
  for (const frame of stalled.frames) {
    if (frame.type === 'data' && frame.producer_id === 7) t.equal(frame.offset, next++)
    if (frame.type !== 'gap') continue
    t.match(frame, { producer_id: 7, epoch: 1, from: next, reason: 'slow' })
    next = frame.to + 1
  }
  t.equal(next, last + 1)
  t.ok(stalled.of('gap').length <= 2)
  t.match(await stats(platform), { queued_messages: 0, queued_bytes: 0, gaps: stalled.of('gap').length })
})

t.test('with `latest` only the newest message of each device is queued', async t => {
  const platform = await startPlatform(t, kind, { limits })
  await platform.sm.set(1, 7, 'active')
  const stalled = await platform.connect(1, { query: '?slow=latest' })
  const last = await flood(platform, stalled, async () => await queued(platform) === 3, n => `device-${n % 3}`)
  const { offset: end } = await platform.publisher.publish(7, 30, { bytes: 20_000, device: 'device-0' })
  await waitFor(async () => await taken(platform) === end, { what: 'the server to receive them all' })
  t.ok(await queued(platform) <= 3, 'one per device at most')
  stalled.ws.resume()
  await waitFor(() => stalled.positions(7).at(-1) === `1-${end}`)
  const offsets = stalled.of('data').map(frame => frame.offset)
  t.same(offsets, [...offsets].sort((a, b) => a - b))
  const newest = new Map(stalled.of('data').map(({ device_id: device, offset }) => [device, offset]))
  const expected = [last - 2, last - 1, last].map(offset => [`device-${(offset - 1) % 3}`, offset] as const)
  t.same(newest, new Map([...expected, ['device-0', end]]))
  t.equal(offsets.length + await dropped(platform), end, 'the others were dropped')
  t.ok(offsets.length < end)
  t.equal(stalled.of('gap').length, 0)
})

t.test('an unknown policy is refused before the upgrade', async t => {
  const { connect } = await startPlatform(t, kind)
  await t.rejects(connect(1, { query: '?slow=whatever' }), /400/)
})

t.test('a stalled consumer does not affect others', async t => {
  const platform = await startPlatform(t, kind, { limits })
  await platform.sm.set(1, 7, 'active')
  await platform.sm.set(2, 7, 'active')
  const stalled = await platform.connect(1, { query: '?slow=drop' })
  const lively = await platform.connect(2)
  const last = await flood(platform, stalled, async () => await queued(platform) > 0)
  await waitFor(() => lively.positions(7).length === last)
  t.same(lively.positions(7), Array.from({ length: last }, (_, i) => `1-${i + 1}`))
})

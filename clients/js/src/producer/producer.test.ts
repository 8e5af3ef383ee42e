import { FakeWss1, tempDir, waitFor } from '@motience/testing'
import t, { type Test } from 'tap'
import { openBuffer } from '../buffer/buffer.js'
import { monotonicMs } from '../time/monotonic.js'
import { createProducer } from './producer.js'
import type { Producer, ProducerBaseOptions } from './types.js'

const start = async (t: Test, settings: ConstructorParameters<typeof FakeWss1>[0] = {}): Promise<FakeWss1> => {
  const platform = await new FakeWss1(settings).start()
  t.teardown(() => platform.stop())
  return platform
}

const produce = async (
  t: Test,
  platform: FakeWss1,
  options: Partial<ProducerBaseOptions> & { authUrl?: string, dir?: string } = {}
): Promise<Producer> => {
  const { dir = null, ...rest } = options
  const producer = createProducer({
    authUrl: platform.authUrl,
    websocketUrl: platform.websocketUrl,
    username: 'pi',
    password: 'long-secret',
    deviceId: 'pi-1',
    backoff: { minMs: 10, maxMs: 50 },
    buffer: await openBuffer({ dir, boot: 'boot', mono: monotonicMs }),
    ...rest
  })
  t.teardown(() => producer.close())
  return producer
}
const online = (producer: Producer) => waitFor(() => producer.status().state === 'online')

t.test('signs in, connects, sends, and removes acked readings', async t => {
  const platform = await start(t)
  const producer = await produce(t, platform)
  await online(producer)
  const acks: unknown[] = []
  producer.events.on('ack', ack => acks.push(ack))
  t.equal(producer.send({ cpu: 1 }, { time: 0, id: 'first' }), 1)
  t.ok(await producer.drained(5000))
  t.same(acks, [{ epoch: 1, offset: 1, subscriberCount: 1, duplicate: false, seq: 1, deviceId: 'pi-1', id: 'first' }])
  t.match(platform.history.kept[0], {
    device_id: 'pi-1',
    id: 'first',
    seq: 1,
    timestamp: '1970-01-01T00:00:00.000Z',
    payload: { cpu: 1 }
  })
  t.match(producer.status(), {
    state: 'online',
    lastFault: null,
    counts: { acked: 1, refused: 0, repeats: 0 },
    buffer: { unacked: 0 }
  })
  t.same(platform.calls, ['auth/login'])
  t.same([...platform.sockets].map(({ protocol }) => protocol), ['motience.v1'])
})

t.test('a time that no timestamp can express is an error of the caller', async t => {
  const platform = await start(t)
  const producer = await produce(t, platform)
  for (const time of [NaN, Infinity, 1e16, 253_402_300_800_000, -62_167_219_200_001, '0' as unknown as number]) {
    t.throws(() => producer.send({ cpu: 1 }, { time }), RangeError, String(time))
  }
  t.throws(() => producer.send({ cpu: 1 }, { mono: NaN }), RangeError)
  const toJson = { toJSON: () => undefined }
  for (const payload of [new Date() as unknown as Record<string, unknown>, toJson]) {
    t.throws(() => producer.send(payload), { name: 'TypeError', message: 'Payload must be an object in JSON' })
  }
  producer.send({ last: true }, { time: 253_402_300_799_999 })
  producer.send({ first: true }, { time: -62_167_219_200_000 })
  t.ok(await producer.drained(5000))
  t.match(
    platform.history.kept.map(({ timestamp }) => timestamp),
    ['9999-12-31T23:59:59.999Z', '0000-01-01T00:00:00.000Z']
  )
})

t.test('a buffered reading with such a time is sent without a timestamp', async t => {
  const platform = await start(t)
  const dir = tempDir(t)
  const earlier = await openBuffer({ dir, boot: 'boot', mono: monotonicMs })
  for (const time of [NaN, 1e16]) earlier.append({ payload: '{"cpu":1}', time, mono: 0 }, 'backlog')
  await earlier.close()
  const producer = await produce(t, platform, { dir })
  t.ok(await producer.drained(5000))
  t.equal(platform.history.kept.length, 2)
})

t.test('unusable URLs are errors of the caller, and are not quoted', async t => {
  const platform = await start(t)
  const attempt = (options: Partial<ProducerBaseOptions> & { authUrl?: string }) => produce(t, platform, options)
  await t.rejects(attempt({ websocketUrl: 'ws://u:secret@h/p#x' }), {
    name: 'TypeError',
    message: 'websocketUrl must not have a fragment (#)'
  })
  for (const websocketUrl of ['localhost:8001', 'http://127.0.0.1:8001', '', undefined as unknown as string]) {
    await t.rejects(attempt({ websocketUrl }), { message: 'websocketUrl must begin with ws:// or wss://' })
  }
  await t.rejects(attempt({ authUrl: 'localhost:3001' }), { message: 'authUrl must begin with http:// or https://' })
})

t.test('readings taken before connecting are the backlog, and are sent in batches', async t => {
  const platform = await start(t)
  const producer = await produce(t, platform, { drainRate: 10_000 })
  for (let i = 1; i <= 300; i++) producer.send({ i })
  t.ok(await producer.drained(10_000))
  t.equal(platform.history.firstMismatch(300), null)
  t.ok(platform.frames.filter(frame => frame.type === 'batch').length >= 3)
  t.same([...new Set(platform.history.kept.map(({ session }) => session!.slice(-2)))], ['-b'])
})

t.test('a lost ack leads to a repeat, and no reading is duplicated or missing', async t => {
  let lose = 0
  const platform = await start(t, { answers: () => lose-- <= 0 })
  const producer = await produce(t, platform)
  await online(producer)
  for (let i = 1; i <= 20; i++) {
    if (i % 5 === 0) lose = 1
    producer.send({ i })
    await producer.drained(5000)
  }
  t.equal(platform.history.firstMismatch(20), null)
  t.ok(platform.connections >= 4)
  t.ok(producer.status().counts.repeats >= 4)
  t.equal(platform.history.passed, 0)
})

t.test('readings of an outage survive a restart, and numbering continues', async t => {
  const dir = t.testdir()
  const platform = await start(t)
  const first = await produce(t, platform, { dir })
  await online(first)
  for (let i = 1; i <= 5; i++) first.send({ i })
  await first.drained(5000)
  await platform.stop()
  await waitFor(() => first.status().state !== 'online')
  for (let i = 6; i <= 10; i++) first.send({ i })
  await first.close()
  await platform.start()
  const second = await produce(t, platform, { dir })
  t.equal(second.send({ i: 11 }), 11)
  t.ok(await second.drained(5000))
  t.equal(platform.history.firstMismatch(11), null)
})

t.test('live readings overtake a backlog, which is sent at a bounded rate', async t => {
  const platform = await start(t)
  const producer = await produce(t, platform, { drainRate: 40 })
  for (let i = 1; i <= 60; i++) producer.send({ i })
  await online(producer)
  const live = producer.send({ live: true })
  await waitFor(() => platform.history.kept.some(({ seq }) => seq === live))
  t.ok(platform.history.kept.length < 60, 'the backlog is not through yet')
  t.ok(producer.status().buffer.unacked > 0)
  t.ok(await producer.drained(10_000))
  t.equal(platform.history.firstMismatch(61), null)
  t.match(platform.history.kept.find(({ seq }) => seq === live)!.session, /-l$/)
})

t.test('readings in flight stay within the platform\'s limit', async t => {
  for (const maxInFlight of [1, 2, 7]) {
    const platform = await start(t, { maxInFlight, latencyMs: 2 })
    const producer = await produce(t, platform, { drainRate: 10_000 })
    for (let i = 1; i <= 30; i++) producer.send({ i })
    await online(producer)
    for (let i = 31; i <= 60; i++) producer.send({ i })
    t.ok(await producer.drained(10_000))
    t.equal(platform.history.firstMismatch(60), null)
    t.ok(platform.peakInFlight <= maxInFlight, `${platform.peakInFlight} of ${maxInFlight}`)
  }
})

t.test('a renewed token is sent over the open connection', async t => {
  const platform = await start(t, { expiresIn: 1 })
  const producer = await produce(t, platform)
  await waitFor(() => platform.frames.some(frame => frame.type === 'auth'))
  t.equal(platform.connections, 1)
  t.ok(platform.calls.includes('auth/refresh'))
  producer.send({ i: 1 })
  t.ok(await producer.drained(5000))
})

t.test('device time is sent unchanged, with the offset to platform time', async t => {
  const platform = await start(t, { clockSkewMs: 1_000_000 })
  const producer = await produce(t, platform)
  producer.send({ i: 1 }, { time: 5000, mono: monotonicMs() })
  t.ok(await producer.drained(5000))
  const [kept] = platform.history.kept
  t.equal(kept!.timestamp, '1970-01-01T00:00:05.000Z')
  const seen = Date.parse(String(kept!.timestamp)) + kept!.clock_offset_ms!
  t.ok(Math.abs(seen - (Date.now() + 1_000_000)) < 5000, 'which tells the true time')
  t.ok(Math.abs(producer.status().clockOffsetMs! - 1_000_000) < 5000)
})

t.test('a payload must be an object', async t => {
  const platform = await start(t)
  const producer = await produce(t, platform)
  for (const bad of [null, [1], 'text', 5]) t.throws(() => producer.send(bad as never), TypeError)
})

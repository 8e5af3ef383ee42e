import { waitFor } from '@motience/testing'
import t from 'tap'
import { openBuffer } from '../buffer/buffer.js'
import { monotonicMs } from '../time/monotonic.js'
import { online, produce, start } from './testing/setup.js'

t.test('a rejected token is replaced by signing in again', async t => {
  const platform = await start(t)
  const producer = await produce(t, platform)
  await online(producer)
  platform.revokeTokens()
  for (const socket of platform.sockets) socket.close(4001)
  await waitFor(() => platform.connections === 2)
  producer.send({ i: 1 })
  t.ok(await producer.drained(5000))
  t.same(platform.calls, ['auth/login', 'auth/login'])
})

t.test('a token rejected at the upgrade is replaced too', async t => {
  const platform = await start(t)
  const producer = await produce(t, platform)
  await online(producer)
  platform.revokeTokens()
  for (const socket of platform.sockets) socket.terminate()
  await waitFor(() => platform.connections === 2)
  t.same(platform.calls, ['auth/login', 'auth/login'])
})

t.test('a rejected account stops the producer, but not the buffer', async t => {
  for (const refusal of ['upgrade', 'close'] as const) {
    const platform = await start(t, refusal === 'upgrade' ? { refuseUpgrade: { status: 403 } } : {})
    const producer = await produce(t, platform)
    if (refusal === 'close') {
      await online(producer)
      for (const socket of platform.sockets) socket.close(4003)
    }
    await waitFor(() => producer.status().state === 'stopped')
    t.match(producer.status().lastFault, { code: refusal === 'upgrade' ? 403 : 4003 })
    t.equal(producer.send({ i: 1 }), 1)
    t.equal(producer.status().buffer.unacked, 1)
  }
})

t.test('with stoppedRetryMs a stopped producer retries', async t => {
  const platform = await start(t, { refuseUpgrade: { status: 403 } })
  const producer = await produce(t, platform, { stoppedRetryMs: 20 })
  await waitFor(() => producer.status().state === 'stopped')
  platform.settings.refuseUpgrade = null
  producer.send({ i: 1 })
  t.ok(await producer.drained(5000))
})

t.test('a wrong password is reported, and retried slowly', async t => {
  const platform = await start(t)
  const producer = await produce(t, platform, { password: 'wrong' })
  await waitFor(() => producer.status().lastFault !== null)
  t.match(producer.status(), { state: 'waiting', lastFault: { code: 'MOT_AP_BAD_CREDENTIALS' } })
  t.equal(platform.calls.length, 1)
})

t.test('Retry-After of a busy platform is respected', async t => {
  const platform = await start(t, { refuseUpgrade: { status: 503, headers: { 'retry-after': '1' } } })
  const producer = await produce(t, platform)
  const from = performance.now()
  await waitFor(() => producer.status().lastFault?.code === 503)
  platform.settings.refuseUpgrade = null
  await online(producer)
  t.ok(performance.now() - from >= 990)
})

t.test('retryable readings are resent in order, after the requested delay', async t => {
  let failures = 3
  const platform = await start(t, {
    intercept: () => (failures-- > 0 ? { code: 'MOT_UNAVAILABLE', message: 'Busy', retry_after_ms: 20 } : null)
  })
  const producer = await produce(t, platform)
  await online(producer)
  for (let i = 1; i <= 5; i++) producer.send({ i })
  t.ok(await producer.drained(5000))
  t.equal(platform.history.firstMismatch(5), null)
  t.equal(platform.connections, 1)
  t.ok(producer.status().counts.retried >= 3)
})

t.test('a reading overtaken by a later one is sent in its own session', async t => {
  let failed = false
  const platform = await start(t, {
    intercept: message => {
      if (message.seq !== 2 || failed) return null
      failed = true
      return { code: 'MOT_UNAVAILABLE', message: 'Busy', retry_after_ms: 0 }
    }
  })
  const producer = await produce(t, platform)
  for (let i = 1; i <= 5; i++) producer.send({ i })
  t.ok(await producer.drained(5000))
  t.equal(platform.history.firstMismatch(5), null)
  t.equal(platform.history.passed, 1)
  t.match(platform.history.kept.find(({ seq }) => seq === 2)!.session, /-b-2$/)
})

t.test('a rejected reading is reported and dropped, without affecting others', async t => {
  const platform = await start(t, {
    intercept: message => (message.payload['bad'] === true ? { code: 'MOT_DSM_BAD_PAYLOAD', message: 'Bad' } : null)
  })
  const producer = await produce(t, platform)
  const refused: unknown[] = []
  producer.events.on('refused', (...args) => refused.push(args))
  for (let i = 1; i <= 3; i++) producer.send({ i, bad: i === 2 })
  await online(producer)
  await producer.drained(5000)
  producer.send({ bad: true })
  t.ok(await producer.drained(5000))
  t.same(refused, [[2, 'MOT_DSM_BAD_PAYLOAD', 'Bad'], [4, 'MOT_DSM_BAD_PAYLOAD', 'Bad']])
  t.same(platform.history.numbers, [1, 3])
})

t.test('a payload above the platform\'s limit is not sent', async t => {
  const platform = await start(t, { maxPayload: 100 })
  const producer = await produce(t, platform)
  const refused: unknown[] = []
  producer.events.on('refused', (seq, code) => refused.push([seq, code]))
  producer.send({ text: 'x'.repeat(200) })
  producer.send({ text: 'x' })
  t.ok(await producer.drained(5000))
  t.same(refused, [[1, 'MOT_DSM_PAYLOAD_TOO_LARGE']])
})

t.test('frames respect the platform\'s size limit', async t => {
  const platform = await start(t, { maxFrame: 4096 })
  const producer = await produce(t, platform, { drainRate: 10_000 })
  for (let i = 1; i <= 50; i++) producer.send({ text: 'x'.repeat(1000) })
  t.ok(await producer.drained(10_000))
  t.ok(platform.frames.every(frame => JSON.stringify(frame).length <= 4096))
})

t.test('a frame rejected as a whole is split until the invalid reading is found', async t => {
  const platform = await start(t, {
    refuseFrame: frame =>
      frame.type === 'batch' || (frame.type === 'data' && frame.seq === 3)
        ? { code: 'MOT_WSS1_BAD_FRAME', message: 'Bad' }
        : null
  })
  const producer = await produce(t, platform)
  for (let i = 1; i <= 5; i++) producer.send({ i })
  t.ok(await producer.drained(5000))
  t.same(platform.history.numbers, [1, 2, 4, 5])
  t.equal(producer.status().counts.refused, 1)
})

t.test('a silent connection is dropped', async t => {
  const platform = await start(t, { mute: true, heartbeatMs: 100 })
  const producer = await produce(t, platform)
  await online(producer)
  platform.settings.mute = false
  producer.send({ i: 1 })
  t.ok(await producer.drained(10_000))
  t.ok(platform.connections >= 2)
})

t.test('an unexpected ack ends the connection', async t => {
  const platform = await start(t)
  const producer = await produce(t, platform)
  await online(producer)
  for (const socket of platform.sockets) socket.send('{"type":"ack","subscriberCount":0,"epoch":1,"offset":1,"seq":99}')
  await waitFor(() => platform.connections === 2)
  t.match(producer.status().lastFault!.message, /Unexpected ack/)
})

t.test('unknown and invalid frames are ignored', async t => {
  const platform = await start(t)
  const producer = await produce(t, platform)
  await online(producer)
  for (const socket of platform.sockets) {
    for (const text of [
      '{"type":"news"}',
      'noise',
      '[]',
      'null',
      '{"type":"welcome"}',
      '{"type":"ack","acks":5}',
      '{"type":"error"}'
    ]) { socket.send(text) }
  }
  producer.send({ i: 1 })
  t.ok(await producer.drained(5000))
  t.equal(platform.connections, 1)
})

t.test('losses are reported in one reading after reconnecting', async t => {
  const dir = t.testdir()
  const platform = await start(t)
  await platform.stop()
  const buffer = await openBuffer({ dir, boot: 'boot', mono: monotonicMs, capBytes: 1024 * 1024 })
  const producer = await produce(t, platform, { buffer, drainRate: 20_000 })
  for (let i = 1; i <= 1500; i++) producer.send({ i, fill: 'x'.repeat(1000) })
  const told: unknown[] = []
  producer.events.on('lost', lost => told.push(lost.readings))
  await platform.start()
  t.ok(await producer.drained(20_000))
  const reports = platform.history.kept.filter(({ payload }) => 'agent' in payload)
  t.equal(reports.length, 1)
  const { lost } = reports[0]!.payload['agent'] as { lost: { readings: number, first_seq: number, last_seq: number } }
  t.same(told, [lost.readings])
  t.match(lost, { first_seq: 1, last_seq: lost.readings })
  t.equal(platform.history.kept.length, 1500 - lost.readings + 1)
})

t.test('a new configuration reconnects, and unacked readings are sent over the new connection', async t => {
  const first = await start(t, { answers: () => false })
  const second = await start(t)
  const producer = await produce(t, first)
  await online(producer)
  producer.send({ i: 1 })
  producer.configure({
    authUrl: second.authUrl,
    websocketUrl: second.websocketUrl,
    username: 'pi',
    password: 'long-secret'
  })
  t.ok(await producer.drained(5000))
  t.same(second.history.numbers, [1])
  producer.configure({
    authUrl: second.authUrl,
    websocketUrl: second.websocketUrl,
    username: 'pi',
    password: 'long-secret',
    deviceId: 'other'
  })
  producer.send({ i: 2 })
  t.ok(await producer.drained(5000))
  t.equal(second.connections, 1, 'a new name of the device needs none')
  t.equal(second.history.kept[1]!.device_id, 'other')
})

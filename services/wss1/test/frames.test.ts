import t from 'tap'
import { connect, isBatchAck, start } from './support/start.js'

t.test('the welcome frame announces the limits', async t => {
  const started = await start(t, {
    WSS1_MAX_PAYLOAD: '100',
    WSS1_MAX_FRAME: '2048',
    WSS1_MAX_IN_FLIGHT: '7',
    WSS1_HEARTBEAT_MS: '5000'
  })
  const { welcome } = await connect(started, { userId: 12 })
  t.match(welcome, {
    type: 'welcome',
    user_id: 12,
    max_payload: 100,
    max_frame: 2048,
    max_in_flight: 7,
    heartbeat_ms: 5000
  })
  t.ok(Date.parse(welcome.expires_at) > Date.parse(welcome.server_time))
})

t.test('each message is acked in order, with its id and seq', async t => {
  const started = await start(t)
  const producer = await connect(started, { userId: 3 })
  producer.send({ type: 'data', payload: { cpu: 1 }, id: 'a"ä', session: 's', seq: 1 })
  producer.send({ type: 'data', payload: { cpu: 2 }, session: 's', seq: 2 })
  producer.send({ type: 'data', payload: {} })
  producer.send({ type: 'data', payload: { cpu: 2 }, session: 's', seq: 2 })
  const common = { type: 'ack', subscriberCount: 2, epoch: 1, received_at: '2026-01-01T00:00:00.000Z' }
  t.strictSame(await producer.receive(4), [
    { ...common, offset: 1, id: 'a"ä', seq: 1 },
    { ...common, offset: 2, seq: 2 },
    { ...common, offset: 3 },
    { ...common, offset: 2, seq: 2, duplicate: true }
  ])
})

t.test('DSM receives the message unchanged, with the token\'s device if it names none', async t => {
  const started = await start(t)
  const [named, nameless] = [
    await connect(started, { userId: 5, deviceId: 'attic' }),
    await connect(started, { userId: 6 })
  ]
  const all = {
    id: 'i',
    session: 's',
    seq: 0,
    timestamp: '2026-01-01T00:00:00Z',
    clock_offset_ms: -5,
    payload: { deep: [{ ü: '\u2028"' }, 1e21, null], constructor: 1 }
  }
  named.send({ type: 'data', ...all })
  await named.receive(1)
  named.send({ type: 'data', ...all, seq: 1, device_id: 'cellar' })
  await named.receive(2)
  nameless.send({ type: 'data', payload: {} })
  await nameless.receive(1)
  t.same(started.dsm.accepted, [
    { producer_id: 5, device_id: 'attic', ...all },
    { producer_id: 5, device_id: 'cellar', ...all, seq: 1 },
    { producer_id: 6, payload: {} }
  ])
})

t.test('an invalid frame is answered with an error, and the connection stays open', async t => {
  const started = await start(t, { WSS1_MAX_PAYLOAD: '64' })
  const producer = await connect(started)
  const cases: [unknown, object][] = [
    ['{', { code: 'MOT_BAD_JSON' }],
    ['[]', { code: 'MOT_WSS1_BAD_FRAME' }],
    [
      { type: 'resume', positions: [] },
      { code: 'MOT_WSS1_BAD_FRAME', path: '/type' }
    ],
    [
      { type: 'data', id: 'x' },
      { code: 'MOT_WSS1_BAD_FRAME', path: '/payload', id: 'x' }
    ],
    [
      { type: 'data', payload: [1], seq: 4 },
      { code: 'MOT_WSS1_BAD_FRAME', path: '/payload', seq: 4 }
    ],
    [
      { type: 'data', payload: {}, extra: 1 },
      { code: 'MOT_WSS1_BAD_FRAME', path: '/extra' }
    ],
    [
      { type: 'data', payload: {}, seq: -1 },
      { code: 'MOT_WSS1_BAD_FRAME', path: '/seq' }
    ],
    [
      { type: 'data', payload: {}, timestamp: 'yesterday' },
      { code: 'MOT_WSS1_BAD_FRAME', path: '/timestamp', message: /RFC 3339.*milliseconds since 1970/ }
    ],
    [
      { type: 'data', payload: {}, timestamp: '2026-02-30T00:00:00Z' },
      { code: 'MOT_WSS1_BAD_FRAME', path: '/timestamp' }
    ],
    [
      '{"type":"data","id":"g","payload":{"a":[0,{"b":1e400}]}}',
      { code: 'MOT_DSM_BAD_PAYLOAD', path: '/payload/a/1/b', id: 'g' }
    ],
    [
      '{"type":"data","seq":7,"payload":{"a":{"__proto__":{"b":1}}}}',
      { code: 'MOT_DSM_BAD_PAYLOAD', path: '/payload/a/__proto__', seq: 7 }
    ],
    [
      { type: 'data', id: 'l', payload: { a: 'é'.repeat(40) } },
      { code: 'MOT_DSM_PAYLOAD_TOO_LARGE', path: '/payload', id: 'l' }
    ],
    [
      { type: 'batch', messages: [] },
      { code: 'MOT_WSS1_BAD_FRAME', path: '/messages' }
    ]
  ]
  for (const [index, [frame, expected]] of cases.entries()) {
    producer.send(frame)
    const error = (await producer.receive(index + 1))[index]
    t.match(error, { type: 'error', message: /./, ...expected }, JSON.stringify(frame).slice(0, 60))
    t.notOk(error !== undefined && 'retry_after_ms' in error, 'not to be retried')
  }
  producer.frames.length = 0
  producer.send({ type: 'data', payload: { a: 'x'.repeat(64 - '{"a":""}'.length) } })
  t.match((await producer.receive(1))[0], { type: 'ack', offset: 1 }, 'a payload of exactly the maximum size')
  t.equal(started.dsm.accepted.length, 1)
})

t.test('a payload that is nested too deeply is refused', async t => {
  const producer = await connect(await start(t))
  const deep = (levels: number): object => levels === 1 ? {} : { a: deep(levels - 1) }
  producer.send({ type: 'data', payload: deep(33) })
  producer.send({ type: 'data', payload: deep(32) })
  t.match(await producer.receive(2), [{ type: 'error', code: 'MOT_DSM_BAD_PAYLOAD' }, { type: 'ack' }])
})

t.test('a batch gets one ack, in order, and a bad message does not affect the others', async t => {
  const started = await start(t, { WSS1_MAX_PAYLOAD: '64' })
  started.dsm.rules.refuse = message =>
    message.id === 'no' ? { status: 409, code: 'MOT_DSM_SEQ_PASSED', detail: 'Passed' } : undefined
  const producer = await connect(started)
  producer.send({
    type: 'batch',
    messages: [
      { payload: {}, id: 'a' },
      { payload: { a: 'x'.repeat(99) }, id: 'big', seq: 2 },
      { payload: {}, id: 'no', session: 's', seq: 3 },
      { payload: {}, session: 's', seq: 4, timestamp: '2026-02-30T00:00:00Z' },
      { id: 'empty', colour: 1 },
      null,
      'text',
      { payload: {}, session: 's', seq: 5 }
    ]
  })
  const [frame] = await producer.receive(1)
  t.ok(isBatchAck(frame))
  if (!isBatchAck(frame)) return
  t.match(frame.acks, [
    { offset: 1, id: 'a' },
    { error: { code: 'MOT_DSM_PAYLOAD_TOO_LARGE', path: '/messages/1/payload', id: 'big', seq: 2 } },
    { error: { code: 'MOT_DSM_SEQ_PASSED', message: 'Passed', id: 'no', seq: 3 } },
    { error: { code: 'MOT_WSS1_BAD_FRAME', path: '/messages/3/timestamp', seq: 4 } },
    { error: { code: 'MOT_WSS1_BAD_FRAME', path: '/messages/4/payload', id: 'empty' } },
    { error: { code: 'MOT_WSS1_BAD_FRAME', path: '/messages/5' } },
    { error: { code: 'MOT_WSS1_BAD_FRAME', path: '/messages/6' } },
    { offset: 2, seq: 5 }
  ])
  t.equal(frame.acks.length, 8)
  t.notOk('type' in frame.acks[0]!)

  producer.send({ type: 'batch', messages: [{ payload: { a: 'x'.repeat(99) } }] })
  t.match((await producer.receive(2))[1], { type: 'ack', acks: [{ error: { code: 'MOT_DSM_PAYLOAD_TOO_LARGE' } }] })
})

t.test('messages that DSM refuses become error frames between the acks', async t => {
  const started = await start(t)
  started.dsm.rules.refuse = ({ id }) => {
    if (id === 'passed') return { status: 409, code: 'MOT_DSM_SEQ_PASSED', detail: 'Number higher' }
    if (id === 'bad') {
      return { status: 400, code: 'MOT_BAD_INPUT', errors: [{ path: '/payload/x', message: 'is not allowed' }] }
    }
    return id === 'broken' ? { status: 500, code: 'MOT_INTERNAL' } : undefined
  }
  const producer = await connect(started)
  for (const id of ['1', 'passed', '2', 'bad', 'broken', '3']) producer.send({ type: 'data', payload: {}, id })
  t.match(await producer.receive(6), [
    { type: 'ack', id: '1' },
    { type: 'error', id: 'passed', code: 'MOT_DSM_SEQ_PASSED', message: 'Number higher' },
    { type: 'ack', id: '2' },
    { type: 'error', id: 'bad', code: 'MOT_BAD_INPUT', path: '/payload/x', message: 'is not allowed' },
    { type: 'error', id: 'broken', retry_after_ms: 5000 },
    { type: 'ack', id: '3', offset: 3 }
  ])
  t.strictSame(producer.errors().map(error => 'retry_after_ms' in error), [false, false, true])
})

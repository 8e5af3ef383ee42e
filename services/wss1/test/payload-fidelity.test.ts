import { payloadsOf } from '@motience/schemas'
import { createRandomJson, seededRandom } from '@motience/testing'
import t from 'tap'
import { connect, isBatchAck, start } from './support/start.js'

t.test('a payload is forwarded unchanged', async t => {
  const started = await start(t)
  const producer = await connect(started, { userId: 3, deviceId: 'attic' })
  const json = createRandomJson(seededRandom(3))
  const payloads = [
    '{"imei":867322048123456789,"zero":-0,"fixed":0.1000,"large":1E5,"v":3.710}',
    '{ "b" : "\\u00e9\\/" ,\r\n"a":1,"b":"\\ud800" }',
    ...Array.from({ length: 200 }, () => json.object(4))
  ]
  const single = payloads.slice(0, 100)
  for (const payload of single) {
    const shadowed = '"p\\u0061yload":{"shadowed":1}'
    producer.send(json.spaced(`{${shadowed},"type":"data","payload":${json.spaced(payload)}}`))
  }
  producer.send(
    `{"type":"batch","messages":[${payloads
      .slice(100)
      .map(payload => json.spaced(`{"id":"\\"payload\\":1","payload":${json.spaced(payload)}}`))
      .join(',')}]}`
  )
  const frames = await producer.receive(single.length + 1)
  t.equal(producer.acks().length, single.length)
  const last = frames.at(-1)
  t.ok(isBatchAck(last) && last.acks.every(ack => !('error' in ack)))
  t.same(started.dsm.bodies.flatMap(body => payloadsOf(body).map(payload => payload?.text)), payloads)
})

t.test('a timestamp is forwarded unchanged', async t => {
  const started = await start(t)
  const producer = await connect(started)
  const times = ['2016-12-31T23:59:60Z', '2026-07-28T12:20:30.123456789+02:00', 1_785_234_030_123, -1]
  producer.send({ type: 'data', payload: {}, timestamp: times[0] })
  producer.send({ type: 'batch', messages: times.slice(1).map(timestamp => ({ payload: {}, timestamp })) })
  await producer.receive(2)
  t.same(started.dsm.accepted.map(message => message.timestamp), times)
})

t.test('only the bad payload of a batch is refused, with its path', async t => {
  const started = await start(t)
  const producer = await connect(started)
  producer.send(
    '{"type":"batch","messages":[{"payload":{"n":1.0}},{"payload":{"a":-1e999},"seq":7},{"payload":{"n":2.0}}]}'
  )
  t.match((await producer.receive(1))[0], {
    type: 'ack',
    acks: [
      { offset: 1 },
      { error: { code: 'MOT_DSM_BAD_PAYLOAD', path: '/messages/1/payload/a', seq: 7 } },
      { offset: 2 }
    ]
  })
})

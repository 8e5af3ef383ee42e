import { waitFor } from '@motience/testing'
import t from 'tap'
import { accepted, connect, start, ways } from './support/start.js'

for (const way of ways) {
  t.test(way.name, async t => {
    const started = await start(t)
    const { dsm } = started

    t.test('QoS 0, 1 and 2 are published once, in order', async t => {
      dsm.accepted.length = 0
      const client = await connect(t, started, way, { userId: 3 })
      client.publish('devices/pump/state', '{"n":0}', { qos: 0 })
      await Promise.all(Array.from({ length: 60 }, async (_, i) =>
        await client.publishAsync('devices/pump/state', `{"n":${i + 1}}`, { qos: i % 2 === 0 ? 1 : 2 })))
      t.same(accepted(started), Array.from({ length: 61 }, (_, n) => ['pump', { n }]))
      t.ok(dsm.accepted.every(message => message.producer_id === 3))
    })

    t.test('objects are payloads to the last digit, and bare values get the rest of the topic as name', async t => {
      dsm.bodies.length = 0
      const client = await connect(t, started, way)
      const cases: [topic: string, payload: string, expected: string][] = [
        ['devices/a/x', ' {"v": 1.50, "big":9007199254740993 } ', '{"v": 1.50, "big":9007199254740993 }'],
        ['devices/a/temp', '21.50', '{"temp":21.50}'],
        ['devices/a/sensor/door/state', 'true', '{"sensor/door/state":true}'],
        ['devices/a/light', 'ON', '{"light":"ON"}'],
        ['devices/a/name', '"quoted \\u00e9"', '{"name":"quoted \\u00e9"}'],
        ['devices/a/code', '0042', '{"code":"0042"}'],
        ['devices/a', '7', '{"value":7}'],
        ['devices/a/', '-1e3', '{"value":-1e3}'],
        ['devices/site%2Fa%2Bb/t', '1', '{"t":1}']
      ]
      for (const [topic, payload] of cases) await client.publishAsync(topic, payload, { qos: 1 })
      const texts = dsm.bodies.join('\n')
      for (const [, , expected] of cases) t.ok(texts.includes(`"payload":${expected}}`), expected)
      t.match(texts, '"device_id":"site/a+b"')
    })

    t.test('what is no message is refused alone', async t => {
      dsm.accepted.length = 0
      const client = await connect(t, started, way)
      const bad: [topic: string, payload: string | Buffer, reason: number][] = [
        ['devices/a/x', '[1]', 0x99],
        ['devices/a/x', 'null', 0x99],
        ['devices/a/x', '', 0x99],
        ['devices/a/x', '{"a":', 0x99],
        ['devices/a/x', '{"__proto__":1}', 0x99],
        ['devices/a/x', '1e999', 0x99],
        ['devices/a/x', Buffer.from([0xff, 0xfe]), 0x99],
        ['devices/a/x', `{"a":"${'x'.repeat(70_000)}"}`, 0x97],
        ['homeassistant/sensor/a/config', '{}', 0x90],
        ['devices', '{}', 0x90],
        ['devices/a b/x', '{}', 0x90],
        [`devices/a/${'x'.repeat(600)}`, '{}', 0x90],
        [`devices/a/${'x/'.repeat(30)}`, '{}', 0x90]
      ]
      for (const [topic, payload, reason] of bad) {
        for (const qos of [0, 1, 2] as const) {
          const published = client.publishAsync(topic, payload, { qos })
          if (qos > 0 && way.protocolVersion === 5) await t.rejects(published, { code: reason }, `${topic} ${reason}`)
          else await published
        }
      }
      await client.publishAsync('devices/a/x', '{"good":true}', { qos: 1 })
      t.same(accepted(started), [['a', { good: true }]])
    })

    t.test('PUBACK and PUBREC follow the answer of DSM', async t => {
      const client = await connect(t, started, way)
      const release = dsm.hold()
      const acked: number[] = []
      const published = ([1, 2] as const).map(async qos => {
        await client.publishAsync('devices/a/x', '1', { qos })
        acked.push(qos)
      })
      await waitFor(() => dsm.held > 0)
      await client.publishAsync('devices/a/x', '2', { qos: 0 })
      // the server has read everything before, and answered nothing
      await client.subscribeAsync('none').catch(() => {})
      t.same(acked, [])
      release()
      await Promise.all(published)
    })

    t.test('a message that DSM refuses is refused alone', async t => {
      dsm.rules = { refuse: ({ payload }) => payload['bad'] === true ? { code: 'MOT_DSM_BAD_PAYLOAD' } : undefined }
      dsm.accepted.length = 0
      const client = await connect(t, started, way)
      for (const qos of [1, 2] as const) {
        const published = client.publishAsync('devices/a/x', '{"bad":true}', { qos })
        if (way.protocolVersion === 5) await t.rejects(published, { code: 0x99 })
        else await published
        await client.publishAsync('devices/a/x', `{"qos":${qos}}`, { qos })
      }
      t.same(accepted(started), [['a', { qos: 1 }], ['a', { qos: 2 }]])
      dsm.rules = {}
    })
  })
}

t.test('topic aliases', async t => {
  const started = await start(t)
  const client = await connect(t, started, ways[1], { autoAssignTopicAlias: true } as object)
  for (let i = 0; i < 40; i++) await client.publishAsync(`devices/d${i}/x`, `${i}`, { qos: 1 })
  for (let i = 0; i < 40; i++) await client.publishAsync(`devices/d${i}/x`, `${i}`, { qos: 1 })
  t.same(accepted(started).slice(40), Array.from({ length: 40 }, (_, i) => [`d${i}`, { x: i }]))
})

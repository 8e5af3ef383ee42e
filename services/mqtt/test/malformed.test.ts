import { waitFor } from '@motience/testing'
import { generate } from 'mqtt-packet'
import t from 'tap'
import { rawClient, signIn } from './support/raw-client.js'
import { accepted, metric, start } from './support/start.js'

const utf8 = (text: string): number[] => [0, text.length, ...Buffer.from(text)]

/** Packets that end the connection, and the reason that a client with MQTT 5 gets. */
const faults: [name: string, bytes: number[], reason: number, versions?: (4 | 5)[]][] = [
  ['a reserved packet type', [0x00, 0], 0x81],
  ['a second CONNECT', [...generate({ cmd: 'connect', clientId: 'x', protocolVersion: 5 })], 0x82, [5]],
  ['a packet of the server', [0x20, 2, 0, 0], 0x82, [4]],
  ['PUBLISH with QoS 3', [0x36, 5, ...utf8('a'), 0, 1], 0x81],
  ['PUBLISH with packet id 0', [0x32, 5, ...utf8('a'), 0, 0], 0x82, [4]],
  ['PUBLISH with DUP at QoS 0', [0x38, 3, ...utf8('a')], 0x81, [4]],
  ['PUBLISH with a topic longer than the packet', [0x30, 3, 0, 9, 0x61], 0x81],
  ['PUBLISH with a topic that is no UTF-8', [0x30, 5, 0, 2, 0xc3, 0x28, 0], 0x81],
  ['PUBLISH with U+0000 in the topic', [0x30, 5, 0, 2, 0x61, 0, 0], 0x81],
  ['PUBLISH with a wildcard', [0x30, 14, 0, 11, ...Buffer.from('devices/a/#'), 0], 0x90, [5]],
  ['PUBLISH with a wildcard', [0x30, 13, 0, 11, ...Buffer.from('devices/a/#')], 0x90, [4]],
  ['PUBLISH with a retained message', [0x31, 14, 0, 11, ...Buffer.from('devices/a/b'), 0], 0x9a, [5]],
  ['PUBLISH with an unknown topic alias', [0x30, 6, 0, 0, 3, 0x23, 0, 5], 0x82, [5]],
  ['PUBLISH with topic alias 0', [0x30, 6, 0, 0, 3, 0x23, 0, 0], 0x94, [5]],
  ['PUBLISH with an unknown property', [0x30, 6, 0, 1, 0x61, 2, 0x7f, 0], 0x81, [5]],
  ['PUBLISH with an empty topic', [0x30, 3, 0, 0, 0], 0x82, [5]],
  ['SUBSCRIBE with wrong flags', [0x80, 6, 0, 1, ...utf8('a'), 0], 0x81],
  ['SUBSCRIBE without a filter', [0x82, 3, 0, 1, 0], 0x82, [5]],
  ['PUBREL with wrong flags', [0x60, 2, 0, 1], 0x81],
  ['PINGREQ with a body', [0xc0, 1, 0], 0x81],
  ['a length of five bytes', [0x30, 0xff, 0xff, 0xff, 0xff, 1], 0x81],
  ['a packet over the maximum', [0x30, 0xff, 0xff, 0x7f], 0x95]
]

for (const version of [4, 5] as const) {
  t.test(`MQTT ${version}: a malformed packet closes its own connection`, async t => {
    const started = await start(t)
    const other = await signIn(t, started, version, { clientId: 'other' })
    for (const [name, bytes, reason, versions = [4, 5]] of faults) {
      if (!versions.includes(version)) continue
      const client = await signIn(t, started, version)
      client.bytes(...bytes)
      await client.closed
      if (version === 5) t.match(client.packets, [{ cmd: 'disconnect', reasonCode: reason }], name)
      else t.same(client.packets, [], name)
    }
    other.send({ cmd: 'pingreq' })
    await other.take('pingresp')
    t.same(accepted(started), [])
  })

  t.test(`MQTT ${version}: packets are read however they are split`, async t => {
    const started = await start(t)
    const client = await signIn(t, started, version)
    const sizes = [1, 127, 128, 5_000, 20_000]
    const bytes = Buffer.concat(sizes.map((size, i) => generate(
      {
        cmd: 'publish',
        topic: 'devices/a/x',
        payload: `{"n":${i},"s":"${'x'.repeat(size)}"}`,
        qos: 1,
        messageId: i + 1,
        dup: false,
        retain: false
      },
      { protocolVersion: version }
    )))
    client.socket.setNoDelay(true)
    for (let at = 0; at < bytes.length;) {
      const size = at < 600 ? 1 : 997
      await new Promise(resolve => { client.socket.write(bytes.subarray(at, at += size), resolve) })
    }
    for (const i of sizes.keys()) t.match(await client.take('puback'), { messageId: i + 1 })
    t.same(accepted(started).map(([, payload]) => (payload as { n: number }).n), [0, 1, 2, 3, 4])
  })
}

t.test('before CONNACK', async t => {
  const started = await start(t, { MQTT_CONNECT_TIMEOUT_MS: '300' })
  const connect = (name: string, level: number): number[] =>
    [0x10, 9 + name.length, ...utf8(name), level, 2, 0, 0, ...utf8('x')]
  for (const [name, bytes, answer] of [
    ['MQTT 3.1', connect('MQIsdp', 3), [{ cmd: 'connack', returnCode: 1 }]],
    ['an unknown version', connect('MQTT', 6), [{ cmd: 'connack', returnCode: 1 }]],
    ['HTTP', [...Buffer.from('GET / HTTP/1.1\r\n\r\n')], []],
    ['PUBLISH first', [0x30, 3, ...utf8('a')], []],
    ['a CONNECT packet of 1 MB', [0x10, 0xff, 0xff, 0x3f], []],
    ['nothing', [], []]
  ] as const) {
    const client = await rawClient(t, started, 4)
    client.bytes(...bytes)
    await client.closed
    t.match(client.packets, answer, name)
    t.equal(client.packets.length, answer.length, name)
  }
  await waitFor(async () => await metric(started, 'motience_mqtt_connections') === 0)
})

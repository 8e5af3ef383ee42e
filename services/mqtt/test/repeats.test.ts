import { waitFor } from '@motience/testing'
import type { IPublishPacket } from 'mqtt-packet'
import t from 'tap'
import { signIn } from './support/raw-client.js'
import { accepted, metric, start } from './support/start.js'

const publish = (messageId: number, payload: string, rest: Partial<IPublishPacket> = {}): IPublishPacket =>
  ({ cmd: 'publish', topic: 'devices/a/x', payload, qos: 1, dup: false, retain: false, messageId, ...rest })

const persistent = (version: 4 | 5) => ({
  clean: false, ...(version === 5 ? { properties: { sessionExpiryInterval: 60 } } : {})
})

for (const version of [4, 5] as const) {
  t.test(`MQTT ${version}`, async t => {
    t.test('a message that was sent again on a new connection is published once and acked', async t => {
      const started = await start(t)
      const release = started.dsm.hold()
      const first = await signIn(t, started, version, persistent(version))
      first.send(publish(1, '1'))
      first.send(publish(2, '2', { qos: 2 }))
      await waitFor(async () => await metric(started, 'motience_mqtt_in_flight_messages') === 2)
      const second = await signIn(t, started, version, persistent(version))
      t.equal(second.connack.sessionPresent, true)
      second.send(publish(1, '1', { dup: true }))
      second.send(publish(2, '2', { qos: 2, dup: true }))
      second.send(publish(3, '3'))
      await waitFor(async () => await metric(started, 'motience_mqtt_repeats_total') === 2)
      t.same(second.packets, [], 'nothing is acked before DSM has answered')
      release()
      t.match(await second.take('puback'), { messageId: 1 })
      t.match(await second.take('puback'), { messageId: 3 })
      t.match(await second.take('pubrec'), { messageId: 2 })
      second.send({ cmd: 'pubrel', messageId: 2 })
      t.match(await second.take('pubcomp'), { messageId: 2 })
      t.same(accepted(started).map(([, payload]) => payload), [{ x: 1 }, { x: 2 }, { x: 3 }])
    })

    t.test('a message that was answered while the client was away is acked when it comes again', async t => {
      const started = await start(t)
      const release = started.dsm.hold()
      const first = await signIn(t, started, version, persistent(version))
      first.send(publish(9, '1'))
      await waitFor(() => started.dsm.held > 0)
      first.socket.destroy()
      await waitFor(async () => await metric(started, 'motience_mqtt_sessions') === 1)
      release()
      await waitFor(() => started.dsm.accepted.length === 1)
      const second = await signIn(t, started, version, persistent(version))
      second.send(publish(9, '1', { dup: true }))
      t.match(await second.take('puback'), { messageId: 9 })
      second.send(publish(9, '2'))
      t.match(await second.take('puback'), { messageId: 9 })
      second.send(publish(9, '3', { dup: true }))
      t.match(await second.take('puback'), { messageId: 9 }, 'after a PUBACK, a packet id names a new message')
      t.same(accepted(started).map(([, payload]) => payload), [{ x: 1 }, { x: 2 }, { x: 3 }])
    })

    t.test('at QoS 2 a repeat is recognised until PUBREL', async t => {
      const started = await start(t)
      const client = await signIn(t, started, version)
      for (let i = 0; i < 3; i++) {
        client.send(publish(5, '1', { qos: 2, dup: i > 0 }))
        t.match(await client.take('pubrec'), { messageId: 5 })
      }
      for (let i = 0; i < 2; i++) {
        client.send({ cmd: 'pubrel', messageId: 5 })
        t.match(
          await client.take('pubcomp'), { messageId: 5, ...(version === 5 ? { reasonCode: i === 0 ? 0 : 0x92 } : {}) }
        )
      }
      client.send(publish(5, '2', { qos: 2 }))
      await client.take('pubrec')
      t.same(accepted(started).map(([, payload]) => payload), [{ x: 1 }, { x: 2 }])
    })

    t.test('a clean start ends the session', async t => {
      const started = await start(t)
      const first = await signIn(t, started, version, persistent(version))
      first.send(publish(5, '1', { qos: 2 }))
      await first.take('pubrec')
      const second = await signIn(t, started, version)
      t.equal(second.connack.sessionPresent, false)
      await first.closed
      if (version === 5) t.match(await first.take('disconnect'), { reasonCode: 0x8e })
      second.send(publish(5, '1', { qos: 2, dup: true }))
      await second.take('pubrec')
      t.equal(started.dsm.accepted.length, 2)
    })

    t.test('a call that DSM answers with an error is repeated, and no message is published twice', async t => {
      const started = await start(t)
      let calls = 0
      started.dsm.rules = { status: () => ++calls < 3 ? 503 : 200 }
      const client = await signIn(t, started, version)
      client.send(publish(1, '1'))
      client.send(publish(2, '2', { qos: 2 }))
      await client.take('puback')
      await client.take('pubrec')
      t.same(accepted(started).map(([, payload]) => payload), [{ x: 1 }, { x: 2 }])
      const seqs = started.dsm.accepted.map(({ session, seq }) => [session, seq])
      t.match(seqs, [[/^mqtt-/, 1], [/^mqtt-/, 2]])
    })

    t.test('a message that can not be stored now is not acked, and the connection is closed', async t => {
      const started = await start(t)
      started.dsm.rules = { refuse: () => ({ status: 500, code: 'MOT_INTERNAL' }) }
      const client = await signIn(t, started, version, persistent(version))
      client.send(publish(1, '1'))
      await client.closed
      t.equal(client.packets.filter(({ cmd }) => cmd === 'puback').length, 0)
      started.dsm.rules = {}
      const again = await signIn(t, started, version, persistent(version))
      again.send(publish(1, '1', { dup: true }))
      await again.take('puback')
      t.same(accepted(started).map(([, payload]) => payload), [{ x: 1 }])
    })
  })
}

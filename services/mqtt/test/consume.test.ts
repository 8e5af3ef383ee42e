import { FakeWss2, waitFor } from '@motience/testing'
import type { IPublishPacket } from 'mqtt-packet'
import t, { type Test } from 'tap'
import { signIn, type RawClient } from './support/raw-client.js'
import { metric, start } from './support/start.js'

const startWithWss2 = async (t: Test, version: 4 | 5) => {
  const wss2 = await FakeWss2.start()
  t.teardown(async () => { await wss2.stop() })
  wss2.subscribe(1)
  const started = await start(t, { WSS2_URL: wss2.url })
  const token = await started.ap.issue({ role: 'consumer', userId: 1 })
  const connect = async (fields: object = {}) => await signIn(t, started, version, { token, ...fields })
  return { wss2, started, connect }
}

const subscribe = async (client: RawClient): Promise<void> => {
  client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'producers/1/#', qos: 1 }] })
  await client.take('suback')
}

const deliveries = ({ packets }: RawClient): IPublishPacket[] =>
  packets.filter((packet): packet is IPublishPacket => packet.cmd === 'publish')

const numbers = (client: RawClient): number[] =>
  deliveries(client).map(({ payload }) => (JSON.parse(payload.toString()) as { n: number }).n)

const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i)

for (const version of [4, 5] as const) {
  t.test(`MQTT ${version}`, async t => {
    t.test('a connection to WSS2 that is lost is opened again, without a gap or a repeat', async t => {
      const { wss2, connect } = await startWithWss2(t, version)
      const client = await connect()
      await subscribe(client)
      wss2.publish(1, 3)
      await waitFor(() => numbers(client).length === 3)
      wss2.cut(1001)
      await waitFor(() => wss2.sockets.size === 0)
      wss2.publish(1, 3)
      await waitFor(() => wss2.upgradeUrls.length === 2 && numbers(client).length >= 6)
      wss2.publish(1)
      await waitFor(() => numbers(client).length >= 7)
      t.same(numbers(client), range(1, 7))
    })

    t.test('messages without an ack come again under their packet ids, in a bounded window', async t => {
      const { wss2, started, connect } = await startWithWss2(t, version)
      const session = { clean: false, ...(version === 5 ? { properties: { sessionExpiryInterval: 60 } } : {}) }
      const first = await connect(session)
      await subscribe(first)
      wss2.publish(1, 150)
      await waitFor(() => numbers(first).length === 100)
      first.send({ cmd: 'pingreq' })
      await first.take('pingresp')
      t.same(numbers(first), range(1, 100), 'no more than the window')
      const ids = deliveries(first).map(({ messageId }) => messageId!)
      for (const n of [1, 2, 4]) first.send({ cmd: 'puback', messageId: ids[n - 1]! })
      await waitFor(() => numbers(first).length === 103)
      first.socket.destroy()
      await waitFor(async () => await metric(started, 'motience_mqtt_sessions') === 1)

      const second = await connect(session)
      t.equal(second.connack.sessionPresent, true)
      await waitFor(() => numbers(second).length === 100)
      t.same(numbers(second), [3, ...range(5, 103)], 'the fourth was acked')
      const again = deliveries(second)
      t.same(again.slice(0, 98).map(({ messageId }) => messageId), ids.filter((_, i) => i === 2 || i > 3).concat(
        again.slice(97, 98).map(({ messageId }) => messageId!)
      ))
      t.ok(again.every(({ dup }) => dup))
      let acked = 0
      await waitFor(() => {
        for (const { messageId } of deliveries(second).slice(acked)) {
          acked++
          second.send({ cmd: 'puback', messageId: messageId! })
        }
        return numbers(second).length === 147
      })
      t.same(numbers(second), [3, ...range(5, 150)])
    })

    t.test('what WSS2 closes for good ends the connection with the reason', async t => {
      for (const [code, reasonCode] of [[4001, 0x87], [4003, 0x87], [4008, 0x97]] as const) {
        const { wss2, connect } = await startWithWss2(t, version)
        const client = await connect()
        await subscribe(client)
        wss2.cut(code)
        await client.closed
        if (version === 5) t.match(client.packets, [{ cmd: 'disconnect', reasonCode }])
      }
    })

    t.test('what the log does not have any more is counted, and the session goes on', async t => {
      const { wss2, started, connect } = await startWithWss2(t, version)
      const client = await connect()
      await subscribe(client)
      wss2.publish(1, 2)
      wss2.openEpoch(1)
      wss2.publish(1, 2)
      await waitFor(() => numbers(client).length === 4)
      t.equal(await metric(started, 'motience_mqtt_gaps_total'), 1)
      wss2.unsubscribe(1)
      client.send({ cmd: 'subscribe', messageId: 2, subscriptions: [{ topic: 'producers/1/#', qos: 0 }] })
      t.same((await client.take('suback')).granted, [version === 5 ? 0x87 : 0x80])
    })
  })
}

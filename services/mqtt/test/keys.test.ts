import type { Authenticator, Identity } from '@motience/kit'
import type { DsmAnswer } from '@motience/dispatch'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { waitFor } from '@motience/testing'
import t, { type Test } from 'tap'
import { buildMqtt, type MqttLimits } from '../src/index.js'
import { open } from './support/start.js'

const limits: MqttLimits = {
  maxConnections: 100,
  maxConnectionsPerUser: 100,
  maxConnectionsPerCredential: 100,
  connectTimeoutMs: 10_000,
  maxPacket: 131_072,
  maxPayload: 65_536,
  maxInFlight: 100,
  maxInFlightBytes: 1_048_576,
  messageRate: 1_000,
  maxSessions: 100,
  sessionExpirySecs: 100
}

/** A server that admits everyone with this identity, and the messages that DSM gets. */
const startAs = async (t: Test, fields: Partial<Identity>) => {
  const identity: Identity = {
    userId: 7,
    role: 'producer',
    sid: 'key:1',
    username: null,
    deviceId: null,
    service: null,
    expiresAt: Infinity,
    scopes: null,
    deviceOnly: false,
    ...fields
  }
  const authenticator: Authenticator = {
    verify: async () => identity, onRevoked: () => () => {}, ready: async () => {}, close: async () => {}
  }
  const messages: { producer_id: number, device_id: string, payload: object }[] = []
  const reported: string[] = []
  const note = (what: string) => ({ sid }: Identity) => { reported.push(`${what} ${sid}`) }
  const mqtt = await buildMqtt({
    authenticator,
    devices: { opened: note('opened'), seen: note('seen'), closed: note('closed'), close: async () => {} },
    limits,
    wss2Url: 'ws://127.0.0.1:9/consumer',
    ready: {},
    drainMs: 1_000,
    callDsm: async texts => {
      const batch = JSON.parse(`[${Buffer.concat(texts).toString().slice(0, -1)}]`) as typeof messages
      messages.push(...batch)
      return {
        kind: 'answered',
        answers: batch.map((_, i): DsmAnswer =>
          ({ producer_id: 7, epoch: 1, offset: i + 1, subscriberCount: 0, duplicate: false }))
      }
    }
  })
  mqtt.tcp.listen(0, '127.0.0.1')
  await once(mqtt.tcp, 'listening')
  t.teardown(async () => { await mqtt.close() })
  const client = await open(t, `mqtt://127.0.0.1:${(mqtt.tcp.address() as AddressInfo).port}`, {
    protocolVersion: 5, username: 'x', password: 'a key'
  })
  const publish = async (topic: string): Promise<number> => {
    try {
      await client.publishAsync(topic, '1', { qos: 1 })
      return 0
    } catch (error) {
      return (error as { code: number }).code
    }
  }
  return { client, publish, messages, reported }
}

t.test('the key of a device publishes as that device only', async t => {
  const { publish, messages } = await startAs(t, { deviceOnly: true, deviceId: 'pump', scopes: ['data:write'] })
  t.equal(await publish('devices/pump/x'), 0)
  t.equal(await publish('devices/other/x'), 0x87)
  t.equal(await publish('devices/pump2/x'), 0x87)
  t.same(messages.map(message => [message.producer_id, message.device_id, message.payload]), [[7, 'pump', { x: 1 }]])
})

t.test('AP hears of devices that connect, publish and disconnect', async t => {
  const { client, publish, reported } = await startAs(t, { deviceOnly: true, deviceId: 'a', scopes: ['data:write'] })
  await publish('devices/a/x')
  await client.endAsync()
  await waitFor(() => reported.length === 3)
  t.same(reported, ['opened key:1', 'seen key:1', 'closed key:1'])
})

t.test('a device whose name has a slash publishes below its name, written either way', async t => {
  const { publish, messages } = await startAs(t, { deviceOnly: true, deviceId: 'hall/a', scopes: ['data:write'] })
  for (const topic of ['devices/hall/a/x', 'devices/hall%2Fa/x', 'devices/hall/a']) t.equal(await publish(topic), 0)
  t.equal(await publish('devices/hall/ab/x'), 0x87)
  t.equal(await publish('devices/hall/x'), 0x87)
  t.same(messages.map(message => [message.device_id, message.payload]), [
    ['hall/a', { x: 1 }], ['hall/a', { x: 1 }], ['hall/a', { value: 1 }]
  ])
})

t.test('a key does what its scopes say', async t => {
  const reader = await startAs(t, { scopes: ['data:read'] })
  t.equal(await reader.publish('devices/a/x'), 0x87)
  const writer = await startAs(t, { scopes: ['data:write'] })
  t.equal(await writer.publish('devices/a/x'), 0)
  const manager = await startAs(t, { role: 'consumer', scopes: ['subscriptions'] })
  await t.rejects(manager.client.subscribeAsync('producers/#'))
})

import { createMemoryBroker, type Broker } from '@motience/broker'
import { readEnv } from '@motience/kit'
import type { DataBody } from '@motience/schemas'
import { fakeAp, fakeDsm, type FakeAp, type FakeDsm } from '@motience/testing'
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt'
import type { Test } from 'tap'
import { MqttEnvSchema, startMqtt, type RunningMqtt } from '../../src/index.js'

/** An MQTT server on free ports, with a fake AP and a fake DSM. */
export interface Started { mqtt: RunningMqtt, ap: FakeAp, dsm: FakeDsm, broker: Broker }

export const start = async (t: Test, env: Record<string, string> = {}): Promise<Started> => {
  const ap = await fakeAp(t)
  const dsm = await fakeDsm(t)
  const broker = createMemoryBroker()
  await broker.replaceRevocations([])
  const mqtt = await startMqtt(
    readEnv(MqttEnvSchema, {
      MQTT_PORT: '0',
      MQTT_HTTP_PORT: '0',
      AP_URL: ap.url,
      DSM_URL: dsm.url,
      SERVICE_SECRET: ap.secret,
      LOG_LEVEL: 'silent',
      DRAIN_MS: '2000',
      ...env
    }),
    { broker }
  )
  t.teardown(async () => {
    await mqtt.close()
    await broker.close()
  })
  return { mqtt, ap, dsm, broker }
}

/** The ways to connect that every test of behaviour runs with. */
export const ways = [
  { name: 'MQTT 3.1.1 over TCP', protocolVersion: 4, transport: 'mqtt' },
  { name: 'MQTT 5 over TCP', protocolVersion: 5, transport: 'mqtt' },
  { name: 'MQTT 3.1.1 over WebSocket', protocolVersion: 4, transport: 'websocket' },
  { name: 'MQTT 5 over WebSocket', protocolVersion: 5, transport: 'websocket' }
] as const

export type Way = (typeof ways)[number]

/** Options of a client: whose token it has, and MQTT.js's own. */
export interface ConnectOptions extends IClientOptions { userId?: number, deviceId?: string | null, sid?: string }

/** Connects MQTT.js as a producer; resolves after its CONNACK, and rejects if it is refused. */
export const connect = async (
  t: Test,
  { mqtt: { urls }, ap }: Started,
  way: Way,
  { userId, deviceId, sid, ...options }: ConnectOptions = {}
): Promise<MqttClient> => {
  const token = await ap.issue({
    role: 'producer',
    ...(userId === undefined ? {} : { userId }),
    ...(deviceId === undefined ? {} : { deviceId }),
    ...(sid === undefined ? {} : { sid })
  })
  return await open(t, urls[way.transport], {
    protocolVersion: way.protocolVersion, username: 'device', password: token, ...options
  })
}

/** Connects MQTT.js without reconnecting, unless asked for. */
export const open = async (t: Test, url: string, options: IClientOptions): Promise<MqttClient> => {
  const client = mqtt.connect(url, { reconnectPeriod: 0, connectTimeout: 5_000, ...options })
  t.teardown(() => { client.end(true) })
  await new Promise<void>((resolve, reject) => {
    client.once('connect', () => { resolve() })
    client.once('error', reject)
    client.once('close', () => { reject(new Error('The connection was closed')) })
  })
  client.on('error', () => {})
  return client
}

/** The messages that DSM accepted, in short: device and payload. */
export const accepted = ({ dsm }: Started): [device: string | undefined, payload: unknown][] =>
  dsm.accepted.map((message: DataBody) => [message.device_id, message.payload])

/** The value of a metric. */
export const metric = async ({ mqtt }: Started, name: string): Promise<number> => {
  const text = await (await fetch(`${mqtt.urls.http}/metrics`)).text()
  const line = text.split('\n').find(line => line.startsWith(`${name} `))
  return Number(line?.slice(name.length + 1))
}

import mqtt, { type IClientOptions, type IPublishPacket, type MqttClient } from 'mqtt'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { anyPorts, tempDir, waitFor } from '@motience/testing'
import t, { type Test } from 'tap'
import { startPlatform } from './start-platform.js'

const platform = await startPlatform({
  DATA_DIR: tempDir(t),
  LOG_LEVEL: 'silent',
  AP_LOGIN_RATE: '10000',
  ...anyPorts
})
t.teardown(async () => { await platform.close() })
const { urls } = platform

interface User { id: number, token: string, call (method: string, url: string, body?: object): Promise<Response> }

const signUp = async (username: string, role: 'producer' | 'consumer'): Promise<User> => {
  const post = async (path: string, body: object): Promise<Response> => await fetch(`${urls.ap}/api/auth/${path}`, {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body)
  })
  const account = { username, password: 'a good long password' }
  await post('register', { ...account, role })
  const { access_token: token, user_id: id } = await (await post('login', account)).json() as {
    access_token: string, user_id: number
  }
  return {
    id,
    token,
    call: async (method, url, body) => await fetch(url, {
      method,
      headers: {
        authorization: `Bearer ${token}`, ...(body === undefined ? {} : { 'content-type': 'application/json' })
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) })
    })
  }
}

const subscribeTo = async (consumer: User, producer: User): Promise<void> => {
  const { status } = await consumer.call('POST', `${urls.sm}/api/subscribe`, { producer_id: producer.id })
  t.ok(status < 300, `subscribed with ${status}`)
}

/** What a client received, as `topic payload`. */
interface Received { client: MqttClient, lines: string[], packets: IPublishPacket[] }

const connect = async (t: Test, user: User, options: IClientOptions, url = urls.mqtt): Promise<Received> => {
  const client = mqtt.connect(url, { username: 'x', password: user.token, reconnectPeriod: 0, ...options })
  t.teardown(() => { client.end(true) })
  client.on('error', () => {})
  const received: Received = { client, lines: [], packets: [] }
  client.on('message', (topic, payload, packet) => {
    received.lines.push(`${topic} ${payload.toString()}`)
    received.packets.push(packet)
  })
  await new Promise<void>((resolve, reject) => {
    client.once('connect', () => { resolve() })
    client.once('close', () => { reject(new Error('refused')) })
  })
  return received
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i)

const producer = await signUp('mqtt-producer', 'producer')
const stranger = await signUp('mqtt-stranger', 'producer')

for (const protocolVersion of [4, 5] as const) {
  for (const url of [urls.mqtt, urls.mqttWebSocket]) {
    t.test(`MQTT ${protocolVersion} at ${new URL(url).protocol}`, async t => {
      const way = { protocolVersion }
      const consumer = await signUp(`mqtt-${protocolVersion}-${new URL(url).protocol.slice(0, -1)}`, 'consumer')
      await subscribeTo(consumer, producer)
      const { client: device } = await connect(t, producer, way, url)

      t.test('messages are delivered by topic, with the payload as it was sent', async t => {
        const all = await connect(t, consumer, way, url)
        const one = await connect(t, consumer, way, url)
        await all.client.subscribeAsync(`producers/${producer.id}/#`, { qos: 1 })
        await one.client.subscribeAsync(['producers/+/pump/data', `producers/${producer.id}/pump/#`], { qos: 0 })
        await device.publishAsync('devices/pump/state', '{"v": 1.50}', { qos: 1 })
        await device.publishAsync('devices/a%2Fb/temp', '21.50', { qos: 1 })
        await producer.call('POST', `${urls.dsm}/api/data`, { producer_id: producer.id, payload: { rest: true } })
        await device.publishAsync('devices/pump/state', 'ON', { qos: 2 })
        await waitFor(() => all.lines.length === 4 && one.lines.length === 2)
        const [first, , , last] = all.lines
        t.same(all.lines, [
          `producers/${producer.id}/pump/data {"v": 1.50}`,
          `producers/${producer.id}/a%2Fb/data {"temp":21.50}`,
          `producers/${producer.id}/data {"rest":true}`,
          `producers/${producer.id}/pump/data {"state":"ON"}`
        ])
        t.same(one.lines, [first, last], 'once, however many subscriptions match')
        if (protocolVersion === 5) {
          t.match(all.packets[0]!.properties?.userProperties, { epoch: /^\d+$/, offset: /^\d+$/, timestamp: /Z$/ })
        }
      })

      t.test('what may not be read is refused by itself', async t => {
        const { client } = await connect(t, consumer, way, url)
        client.on('packetreceive', packet => { if (packet.cmd === 'suback') [code] = packet.granted as number[] })
        let code: number | undefined
        const codes = async (filter: string): Promise<number | undefined> => {
          await client.subscribeAsync(filter, { qos: 2 }).catch(() => {})
          return code
        }
        const refused = (code: number): number => protocolVersion === 5 ? code : 128
        t.equal(await codes(`producers/${stranger.id}/#`), refused(0x87))
        t.equal(await codes('$SYS/#'), refused(0x87))
        t.equal(await codes('devices/pump/#'), refused(0x87))
        t.equal(await codes('$share/group/producers/1/#'), refused(0x9e))
        t.equal(await codes(`producers/${producer.id}/#`), 1, 'at most QoS 1 is granted')
        const { client: other } = await connect(t, producer, way, url)
        await t.rejects(other.subscribeAsync(`producers/${producer.id}/#`), 'a producer reads nothing')
      })

      t.test('a session at QoS 1 resumes after the last message that was acked', async t => {
        const session = {
          ...way,
          clientId: 'resuming',
          clean: false,
          ...(protocolVersion === 5 ? { properties: { sessionExpiryInterval: 600 } } : {})
        }
        const publishAll = async (numbers: number[]): Promise<void> => {
          await Promise.all(numbers.map(async n =>
            await device.publishAsync('devices/counter/n', String(n), { qos: 1 })))
        }
        const first = await connect(t, consumer, session, url)
        await first.client.subscribeAsync(`producers/${producer.id}/counter/#`, { qos: 1 })
        await publishAll(range(1, 20))
        await waitFor(() => first.lines.length === 20)
        // the last PUBACK has left before the DISCONNECT
        await first.client.endAsync()
        await publishAll(range(21, 300))
        const second = await connect(t, consumer, session, url)
        await waitFor(() => second.lines.length === 280)
        await device.publishAsync('devices/counter/n', '301', { qos: 1 })
        await waitFor(() => second.lines.length === 281)
        t.same(
          second.lines,
          range(21, 301).map(n => `producers/${producer.id}/counter/data {"n":${n}}`),
          'without a gap or a repeat, beyond the window of unacked messages'
        )
      })

      t.test('after a revocation nothing that is published is delivered', async t => {
        const received = await connect(t, consumer, way, url)
        await received.client.subscribeAsync('producers/#', { qos: 1 })
        await device.publishAsync('devices/a/x', '1', { qos: 1 })
        await waitFor(() => received.lines.length === 1)
        const { status } = await consumer.call('DELETE', `${urls.sm}/api/unsubscribe?producer_id=${producer.id}`)
        t.equal(status, 204)
        for (const n of range(2, 20)) await device.publishAsync('devices/a/x', String(n), { qos: 1 })
        await subscribeTo(consumer, producer)
        await device.publishAsync('devices/a/x', '21', { qos: 1 })
        await waitFor(() => received.lines.some(line => line.endsWith('{"x":21}')))
        t.same(received.lines.map(line => line.split(' ')[1]), ['{"x":1}', '{"x":21}'])
      })

      t.test('unsubscribing ends the delivery', async t => {
        const received = await connect(t, consumer, way, url)
        await received.client.subscribeAsync('producers/#', { qos: 1 })
        await device.publishAsync('devices/a/x', '1', { qos: 1 })
        await waitFor(() => received.lines.length === 1)
        await received.client.unsubscribeAsync('producers/#')
        await device.publishAsync('devices/a/x', '2', { qos: 1 })
        await received.client.subscribeAsync('producers/#', { qos: 1 })
        await device.publishAsync('devices/a/x', '3', { qos: 1 })
        await waitFor(() => received.lines.length === 2)
        t.match(received.lines[1], '{"x":3}')
      })
    })
  }
}

t.test('mosquitto_pub and mosquitto_sub', async t => {
  const has = await new Promise<boolean>(resolve => {
    spawn('mosquitto_pub', ['--help']).on('error', () => { resolve(false) }).on('close', () => { resolve(true) })
  })
  if (!has) {
    t.notOk(process.env['MOTIENCE_REQUIRE_SERVERS'], 'mosquitto-clients is not installed')
    return
  }
  const consumer = await signUp('mqtt-mosquitto', 'consumer')
  await subscribeTo(consumer, producer)
  const { hostname, port } = new URL(urls.mqtt)
  const run = (program: string, user: User, ...args: string[]) =>
    spawn(program, ['-h', hostname, '-p', port, '-u', 'x', '-P', user.token, ...args], {
      stdio: ['ignore', 'pipe', 'inherit']
    })
  for (const version of ['311', '5']) {
    const session = [
      '-V', version, '-q', '1', '-c', '-i', 'mosquitto', ...(version === '5' ? ['-x', '600'] : []), '-F', '%t %p',
      '-t', `producers/${producer.id}/#`
    ]
    const subscribed = await once(run('mosquitto_sub', consumer, ...session, '-E'), 'close')
    t.equal(subscribed[0], 0)
    for (const qos of ['0', '1', '2']) {
      const [code] = await once(
        run('mosquitto_pub', producer, '-V', version, '-q', qos, '-t', 'devices/m/temp', '-m', `2${qos}.50`), 'close'
      )
      t.equal(code, 0)
    }
    const subscriber = run('mosquitto_sub', consumer, ...session, '-C', '3')
    let output = ''
    subscriber.stdout.on('data', (chunk: Buffer) => { output += chunk.toString() })
    t.same((await once(subscriber, 'close'))[0], 0)
    for (const qos of ['0', '1', '2']) t.match(output, `producers/${producer.id}/m/data {"temp":2${qos}.50}`)
  }
})

import { waitFor } from '@motience/testing'
import { generate } from 'mqtt-packet'
import t from 'tap'
import { WebSocket } from 'ws'
import { signIn } from './support/raw-client.js'
import { accepted, connect, metric, open, start, ways } from './support/start.js'

for (const version of [4, 5] as const) {
  t.test(`MQTT ${version}`, async t => {
    const started = await start(t, {
      MQTT_MAX_CONNECTIONS_PER_CREDENTIAL: '2', MQTT_MAX_CONNECTIONS_PER_USER: '3', MQTT_MESSAGE_RATE: '50'
    })
    const { ap, broker } = started
    const code = async (fields: Parameters<typeof signIn>[3]) => {
      const { connack } = await signIn(t, started, version, fields)
      return version === 5 ? connack.reasonCode : connack.returnCode
    }
    const of = (v4: number, v5: number): number => version === 5 ? v5 : v4

    t.test('a refused client gets the reason', async t => {
      t.equal(await code({ token: 'no token' }), of(4, 0x86))
      t.equal(await code({ token: await ap.issue({ role: 'producer', expiresInSecs: -1 }) }), of(4, 0x86))
      t.equal(await code({ token: await ap.issue({ role: 'admin' }) }), of(5, 0x87))
      t.equal(await code({ password: undefined }), of(4, 0x86))
      t.equal(await code({ clientId: 'x'.repeat(300) }), of(2, 0x85))
      if (version === 5) t.equal(await code({ properties: { authenticationMethod: 'SCRAM-SHA-1' } }), 0x8c)
    })

    t.test('connections are bounded by credential and by user', async t => {
      const [one, two] = [
        await ap.issue({ role: 'producer', userId: 50, sid: 'one' }),
        await ap.issue({ role: 'producer', userId: 50, sid: 'two' })
      ]
      const clients = [
        await signIn(t, started, version, { token: one, clientId: '1' }),
        await signIn(t, started, version, { token: one, clientId: '2' })
      ]
      t.equal(await code({ token: one, clientId: '3' }), of(3, 0x97))
      clients.push(await signIn(t, started, version, { token: two, clientId: '4' }))
      t.equal(await code({ token: two, clientId: '5' }), of(3, 0x97))
      for (const client of clients) client.socket.destroy()
      await waitFor(async () => await metric(started, 'motience_mqtt_connections') === 0)
      t.equal(await code({ token: one, clientId: '3' }), 0)
    })

    t.test('a revoked session is disconnected at once', async t => {
      const client = await signIn(t, started, version, {
        token: await ap.issue({ role: 'producer', userId: 51, sid: 'revoked' })
      })
      await broker.publishControl({
        type: 'session-revoked',
        sid: 'revoked',
        user_id: 51,
        reason: 'logout',
        expires_at: new Date(Date.now() + 60_000).toISOString()
      })
      await client.closed
      if (version === 5) t.match(client.packets, [{ cmd: 'disconnect', reasonCode: 0x87 }])
    })

    t.test('a connection ends when its token expires', async t => {
      const client = await signIn(t, started, version, {
        token: await ap.issue({ role: 'producer', expiresInSecs: 1 })
      })
      await client.closed
      if (version === 5) t.match(client.packets, [{ cmd: 'disconnect', reasonCode: 0x87 }])
    })

    t.test('a silent client is disconnected after one and a half keep alive intervals', async t => {
      const client = await signIn(t, started, version, { keepalive: 1 })
      const startedAt = performance.now()
      await client.closed
      t.ok(performance.now() - startedAt >= 1_400)
      if (version === 5) t.match(client.packets, [{ cmd: 'disconnect', reasonCode: 0x8d }])
    })

    t.test('a client over the message rate is disconnected', async t => {
      const client = await signIn(t, started, version)
      for (let i = 0; i < 200; i++) client.send({ cmd: 'pingreq' })
      await client.closed
      t.ok(client.packets.filter(({ cmd }) => cmd === 'pingresp').length < 100)
      if (version === 5) t.match(client.packets.at(-1), { cmd: 'disconnect', reasonCode: 0x96 })
    })

    t.test('a will is published unless the client disconnects', async t => {
      const will = { topic: 'devices/w/state', payload: Buffer.from('offline'), qos: 1 as const, retain: version === 4 }
      started.dsm.accepted.length = 0
      const polite = await signIn(t, started, version, { will, clientId: 'polite' })
      polite.send({ cmd: 'disconnect', reasonCode: 0 })
      await polite.closed
      const rude = await signIn(t, started, version, { will: { ...will, retain: false }, clientId: 'rude' })
      rude.socket.destroy()
      await waitFor(() => started.dsm.accepted.length === 1)
      t.same(accepted(started), [['w', { state: 'offline' }]])
      const elsewhere = { ...will, topic: 'other/w', retain: false }
      t.equal(await code({ will: elsewhere, clientId: 'elsewhere' }), of(0, 0x90), 'a topic that is no device\'s')
    })
  })
}

t.test('MQTT 5: a will waits for its delay, unless the client comes back', async t => {
  const started = await start(t)
  const fields = {
    clean: false,
    properties: { sessionExpiryInterval: 1 },
    will: {
      topic: 'devices/w/state',
      payload: Buffer.from('gone'),
      qos: 1 as const,
      retain: false,
      properties: { willDelayInterval: 600 }
    }
  }
  const first = await signIn(t, started, 5, fields)
  first.socket.destroy()
  await waitFor(async () => await metric(started, 'motience_mqtt_sessions') === 1)
  const second = await signIn(t, started, 5, fields)
  t.equal(second.connack.sessionPresent, true)
  t.same(accepted(started), [])
  second.socket.destroy()
  await waitFor(() => started.dsm.accepted.length === 1, { what: 'the end of the session, which ends the delay' })
  t.same(accepted(started), [['w', { state: 'gone' }]])
})

t.test('MQTT 5: CONNACK says what the server does not do, and what it made of the client\'s wishes', async t => {
  const started = await start(t, { MQTT_SESSION_EXPIRY_SECS: '100', MQTT_MAX_IN_FLIGHT: '7' })
  const { connack } = await signIn(t, started, 5, {
    clientId: '',
    properties: { sessionExpiryInterval: 4_294_967_295 }
  })
  t.match(connack.properties, {
    assignedClientIdentifier: /^auto-/,
    sessionExpiryInterval: 100,
    receiveMaximum: 7,
    topicAliasMaximum: 32,
    maximumPacketSize: 131_072,
    retainAvailable: false,
    subscriptionIdentifiersAvailable: false,
    sharedSubscriptionAvailable: false
  })
})

t.test('sessions are bounded: the oldest is dropped', async t => {
  const started = await start(t, { MQTT_MAX_SESSIONS: '2' })
  for (const clientId of ['a', 'b', 'c']) {
    const client = await signIn(t, started, 4, { clientId, clean: false })
    client.send({ cmd: 'disconnect' })
    await client.closed
  }
  t.equal(await metric(started, 'motience_mqtt_sessions'), 2)
  t.equal((await signIn(t, started, 4, { clientId: 'a', clean: false })).connack.sessionPresent, false)
  t.equal((await signIn(t, started, 4, { clientId: 'c', clean: false })).connack.sessionPresent, true)
})

t.test('beyond the messages in flight', async t => {
  const publish = (messageId: number) => generate({
    cmd: 'publish', topic: 'devices/a/x', payload: String(messageId), qos: 1, messageId, dup: false, retain: false
  })

  t.test('MQTT 3.1.1 is not read, and nothing is lost', async t => {
    const started = await start(t, { MQTT_MAX_IN_FLIGHT: '10' })
    const release = started.dsm.hold()
    const client = await signIn(t, started, 4, { keepalive: 1 })
    for (let i = 1; i <= 500; i++) client.socket.write(publish(i))
    await waitFor(async () => await metric(started, 'motience_mqtt_paused_connections') === 1)
    t.equal(await metric(started, 'motience_mqtt_in_flight_messages'), 10)
    const held = performance.now()
    await waitFor(() => performance.now() - held > 2_000)
    t.same(client.packets, [], 'a connection that is not read is not silent, and nothing is acked')
    release()
    for (let i = 1; i <= 500; i++) t.match(await client.take('puback'), { messageId: i })
    t.equal(await metric(started, 'motience_mqtt_in_flight_bytes'), 0)
  })

  t.test('MQTT 5 closes the connection that exceeds the receive maximum', async t => {
    const started = await start(t, { MQTT_MAX_IN_FLIGHT: '10' })
    const client = await signIn(t, started, 5)
    const qos2 = (messageId: number) => generate({
      cmd: 'publish', topic: 'devices/a/x', payload: '1', qos: 2, messageId, dup: false, retain: false
    }, { protocolVersion: 5 })
    for (let i = 1; i <= 11; i++) {
      client.socket.write(qos2(i))
      if (i < 11) await client.take('pubrec')
    }
    await client.closed
    t.match(client.packets, [{ cmd: 'disconnect', reasonCode: 0x93 }])
  })

  t.test('all connections together are bounded by bytes', async t => {
    const started = await start(t, { MQTT_MAX_IN_FLIGHT_BYTES: '65536' })
    const release = started.dsm.hold()
    const clients = await Promise.all(['1', '2'].map(async clientId => await signIn(t, started, 4, { clientId })))
    for (const client of clients) for (let i = 1; i <= 1_000; i++) client.socket.write(publish(i))
    await waitFor(async () => await metric(started, 'motience_mqtt_paused_connections') === 2)
    t.ok(await metric(started, 'motience_mqtt_in_flight_bytes') < 40_000)
    release()
    for (const client of clients) for (let i = 1; i <= 1_000; i++) await client.take('puback')
    t.equal(started.dsm.accepted.length, 2_000)
  })
})

t.test('a shutdown acks what was read, and says that the server stops', async t => {
  const started = await start(t)
  const client = await signIn(t, started, 5)
  const release = started.dsm.hold()
  client.send({ cmd: 'publish', topic: 'devices/a/x', payload: '1', qos: 1, messageId: 1, dup: false, retain: false })
  await waitFor(() => started.dsm.held === 1)
  const closed = started.mqtt.close()
  release()
  await closed
  await client.closed
  t.match(client.packets, [{ cmd: 'puback', messageId: 1 }, { cmd: 'disconnect', reasonCode: 0x8b }])
})

t.test('the WebSocket', async t => {
  const started = await start(t)
  const { websocket, http } = started.mqtt.urls
  const refused = async (...protocols: string[]): Promise<unknown> => await new Promise(resolve => {
    new WebSocket(websocket, protocols).on('unexpected-response', (_request, { statusCode }) => { resolve(statusCode) })
      .on('error', () => {})
  })
  t.equal(await refused(), 400)
  t.equal(await refused('motience.v1'), 400)
  t.equal((await fetch(`${http}/mqtt`)).status, 404)
  t.equal((await fetch(`${http}/ready`)).status, 200)
  const text = new WebSocket(websocket, 'mqtt')
  text.on('open', () => { text.send('hello') })
  t.ok(await new Promise(resolve => { text.on('close', resolve) }))
  await open(t, websocket, { protocolVersion: 5, username: 'x', password: 'wrong' }).then(
    () => { t.fail() }, (error: { code?: number }) => { t.equal(error.code, 0x86) }
  )
  const client = await connect(t, started, ways[3])
  await client.publishAsync('devices/a/x', `"${'x'.repeat(60_000)}"`, { qos: 1 })
  t.equal(started.dsm.accepted.length, 1)
})

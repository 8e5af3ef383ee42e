import { waitFor } from '@motience/testing'
import type { Envelope, ErrorFrame } from '@motience/schemas'
import t from 'tap'
import { WebSocket } from 'ws'
import { createConsumer, memoryPositions, type SocketConstructor } from './index.js'
import { positionTexts, type FakeWss2 } from '@motience/testing'
import { startConsumer } from './testing/start-consumer.js'

/** What a browser has: no way to stop reading, and no events but the four. */
class BrowserLike {
  readonly #socket: WebSocket
  onopen = null
  onmessage: ((event: never) => void) | null = null
  onclose: ((event: never) => void) | null = null
  onerror: ((event: never) => void) | null = null
  constructor (url: string, protocols: string[]) {
    this.#socket = new WebSocket(url, protocols)
    this.#socket.onmessage = event => this.onmessage?.({ data: event.data } as never)
    this.#socket.onclose = event => this.onclose?.({ code: event.code, reason: event.reason } as never)
    this.#socket.onerror = () => this.onerror?.({} as never)
  }

  get readyState () { return this.#socket.readyState }
  send (text: string) { this.#socket.send(text) }
  close (code?: number, reason?: string) { this.#socket.close(code, reason) }
}

const refuse = (status: number) => (platform: FakeWss2): void => { platform.settings.refuse = status }

t.test('saved positions are resumed from, in several frames if there are many', async t => {
  const ids = Array.from({ length: 2100 }, (_, i) => i + 1)
  const kept = memoryPositions(ids.map(id => ({ producer_id: id, epoch: 1, offset: 1 })))
  const { platform, consumer, seen } = await startConsumer(t, {
    settings: () => ({ positions: kept }),
    prepare: platform => {
      for (const id of ids) {
        platform.subscribe(id)
        platform.publish(id, 2)
      }
    }
  })
  await waitFor(() => seen.length === ids.length)
  t.ok(seen.every(envelope => envelope.offset === 2))
  t.same(
    platform.frames.map(frame => (frame.type === 'resume' ? [frame.positions.length, frame.more] : [])),
    [
      [1000, true],
      [1000, true],
      [100, undefined]
    ]
  )
  await consumer.close()
  t.ok((await kept.load()).every(position => position.offset === 2), 'and what was seen is kept')
})

t.test('a slow loop loses nothing, whether or not the socket can be paused', async t => {
  for (const socket of [WebSocket, BrowserLike] as unknown as SocketConstructor[]) {
    const { platform, consumer } = await startConsumer(t, {
      settings: () => ({ maxBuffered: 4, WebSocket: socket }), prepare: platform => { platform.subscribe(1) }
    })
    const states = new Set<string>()
    consumer.on('state', ({ state }) => states.add(state))
    const loop = consumer[Symbol.asyncIterator]()
    await waitFor(() => consumer.state === 'open')
    const sent = platform.publish(1, 50)
    await waitFor(() => states.has('paused'))
    t.same(consumer.positions(), [{ producer_id: 1, epoch: 1, offset: 0 }], 'nothing is finished yet')
    const seen: Envelope[] = []
    for await (const envelope of loop) {
      seen.push(envelope)
      if (seen.length === sent.length) break
    }
    t.same(positionTexts(seen, 1), positionTexts(sent, 1))
    t.same(consumer.positions(), [{ producer_id: 1, epoch: 1, offset: 49 }], 'the last one was not finished with')
  }
})

t.test('new and ended subscriptions are reported and followed', async t => {
  const { platform, consumer, seen } = await startConsumer(t)
  await waitFor(() => consumer.state === 'open')
  const subscribed = consumer.once('subscribed')
  platform.subscribe(7)
  t.match(await subscribed, { producer_id: 7, epoch: 1, offset: 0 })
  platform.publish(7)
  await waitFor(() => seen.length === 1)
  let unsubscribed = consumer.once('unsubscribed')
  platform.unsubscribe(7)
  t.match(await unsubscribed, { producer_id: 7, reason: 'revoked' })
  t.same(consumer.positions(), [])
  platform.subscribe(8)
  await waitFor(() => consumer.positions().length === 1)
  platform.cut()
  platform.unsubscribe(8)
  unsubscribed = consumer.once('unsubscribed')
  t.match(await unsubscribed, { producer_id: 8, reason: 'while not connected' })
})

t.test('a renewed token is sent over the open connection', async t => {
  const { platform, consumer } = await startConsumer(t, { prepare: platform => { platform.settings.tokenSecs = 1 } })
  await waitFor(() => platform.frames.some(frame => frame.type === 'auth' && frame.token !== 'access1'))
  t.equal(platform.upgradeUrls.length, 1, 'without reconnecting')
  t.equal(consumer.state, 'open')
})

t.test('4001 signs in again, 4003 stops', async t => {
  const { platform, consumer } = await startConsumer(t)
  await waitFor(() => consumer.state === 'open')
  platform.cut(4001)
  await waitFor(() => platform.logins === 2 && consumer.state === 'open')
  const error = consumer.once('error')
  platform.cut(4003)
  t.match(await error, { name: 'ConsumerStoppedError' })
  t.equal(consumer.state, 'stopped')
  const loop = consumer[Symbol.asyncIterator]()
  await t.rejects(loop.next(), { name: 'ConsumerStoppedError' }, 'a loop that starts too late gets the error, too')
  t.same(await loop.next(), { value: undefined, done: true })
})

t.test('a loop throws what stopped the consumer, after the last message', async t => {
  const { platform, consumer } = await startConsumer(t, { prepare: platform => { platform.subscribe(1) } })
  const seen: number[] = []
  const looped = (async () => { for await (const { offset } of consumer) seen.push(offset) })()
  const failed = t.rejects(looped, { name: 'ConsumerStoppedError' })
  await waitFor(() => consumer.state === 'open')
  platform.publish(1, 3)
  await waitFor(() => seen.length === 3)
  platform.cut(4003)
  await failed
})

t.test('a wrong password is thrown into the loop; closing ends it', async t => {
  const { consumer } = await startConsumer(t, { prepare: platform => { platform.settings.signIn = 401 } })
  await t.rejects(
    async () => {
      for await (const envelope of consumer) t.fail(`unexpected ${envelope.offset}`)
    },
    { name: 'RestError', status: 401 }
  )
  const other = await startConsumer(t)
  const looped = (async () => {
    for await (const envelope of other.consumer) t.fail(`unexpected ${envelope.offset}`)
  })()
  await other.consumer.close()
  await looped
})

t.test('a loop that ends after a failure receives the buffered messages first', async t => {
  const { platform, consumer } = await startConsumer(t, { prepare: platform => { platform.subscribe(1) } })
  const loop = consumer[Symbol.asyncIterator]()
  await waitFor(() => consumer.state === 'open')
  const data = new Promise<void>(resolve => consumer.on('data', ({ offset }) => { if (offset === 2) resolve() }))
  platform.publish(1, 2)
  await data
  platform.cut(4003)
  await waitFor(() => consumer.state === 'stopped')
  t.match([await loop.next(), await loop.next()], [{ value: { offset: 1 } }, { value: { offset: 2 } }])
  await t.rejects(loop.next(), { name: 'ConsumerStoppedError' })
})

t.test('an upgrade rejected with 401 signs in again, with 503 retries, with 403 stops', async t => {
  const { platform, consumer } = await startConsumer(t, { prepare: refuse(401) })
  await waitFor(() => platform.logins >= 3)
  platform.settings.refuse = 503
  await waitFor(() => platform.upgradeUrls.length > 6)
  platform.settings.refuse = null
  await waitFor(() => consumer.state === 'open')
  platform.settings.refuse = 403
  platform.cut()
  await waitFor(() => consumer.state === 'stopped')
})

t.test('after several unexplained failures the token is discarded', async t => {
  const { platform } = await startConsumer(t, {
    settings: () => ({ WebSocket: BrowserLike as unknown as SocketConstructor }), prepare: refuse(401)
  })
  await waitFor(() => platform.logins >= 2)
})

t.test('a silent connection is dropped, and one that answers stays', async t => {
  const { platform, consumer } = await startConsumer(t, { prepare: platform => { platform.settings.heartbeatMs = 40 } })
  await waitFor(() => platform.frames.filter(frame => frame.type === 'auth').length >= 3)
  t.equal(platform.upgradeUrls.length, 1)
  platform.settings.mute = true
  const ended = new Promise(resolve => consumer.on('state', change => { if (change.code === 4009) resolve(change) }))
  t.match(await ended, { state: 'waiting', reason: 'No heartbeat from the server' })
})

t.test('a server that sends invalid JSON is disconnected', async t => {
  const { platform, consumer } = await startConsumer(t)
  await waitFor(() => consumer.state === 'open')
  const error = consumer.once('error')
  for (const socket of platform.sockets) socket.send('{')
  t.match(await error, { name: 'ConsumerStoppedError', message: /Invalid JSON/ })
})

t.test('a server without a timely welcome is retried', async t => {
  const { platform, consumer } = await startConsumer(t, {
    settings: () => ({ connectTimeoutMs: 20 }), prepare: platform => { platform.settings.welcome = false }
  })
  await waitFor(() => platform.upgradeUrls.length >= 2)
  t.not(consumer.state, 'open')
  platform.settings.welcome = true
  await waitFor(() => consumer.state === 'open')
})

t.test('an error frame and an unavailable platform are reported; the consumer continues', async t => {
  const { platform, consumer } = await startConsumer(t)
  await waitFor(() => consumer.state === 'open')
  const frame = consumer.once('error')
  platform.send({ type: 'error', code: 'MOT_WSS2_BAD_FRAME', message: 'Refused' })
  t.equal((await frame as ErrorFrame).code, 'MOT_WSS2_BAD_FRAME')
  const away = createConsumer({
    url: 'ws://127.0.0.1:1/consumer',
    authUrl: 'http://127.0.0.1:1',
    username: 'a',
    password: 'b',
    backoff: { minMs: 1, maxMs: 1 }
  })
  t.match(await away.once('error'), { name: 'RestError', status: 0 })
  t.not(away.state, 'stopped')
  await away.close()
  t.equal(away.state, 'stopped')
})

import { connect, type Socket } from 'node:net'
import t from 'tap'
import { start } from './support/start.js'

const DEVICES = 5_000
/** From the first connection to the last ack. */
const MAX_MS = 30_000

const message = Buffer.from('{"type":"data","payload":{"n":1}}')
/** A masked text frame; a mask of zeros leaves the text as it is. */
const frame = Buffer.concat([Buffer.from([0x81, 0x80 | message.length, 0, 0, 0, 0]), message])

t.test(`${DEVICES} devices of one owner connect with their keys at once, and all of them send`, async t => {
  const { ap, wss1 } = await start(t)
  const keys = Array.from({ length: DEVICES }, (_, n) => ap.addKey({ userId: 7, device: `device-${n}` }).text)
  const { hostname, port } = new URL(wss1.urls.websocket)
  const sockets: Socket[] = []
  t.teardown(() => { for (const socket of sockets) socket.destroy() })

  /** A device on a bare socket, for the test shares its process with WSS1. Resolves once its message was acked. */
  const sendAs = async (key: string): Promise<void> => await new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname)
    sockets.push(socket)
    let received = ''
    let sent = false
    socket.on('error', reject)
    socket.on('close', () => { reject(new Error(`Closed after: ${received.slice(0, 100)}`)) })
    socket.on('data', (data: Buffer) => {
      received += data.toString('latin1')
      if (!received.startsWith('HTTP/1.1 101')) reject(new Error(received.slice(0, 100)))
      else if (received.includes('"type":"ack"')) resolve()
      else if (!sent && received.includes('"type":"welcome"')) {
        sent = true
        socket.write(frame)
      }
    })
    socket.write(`GET /producer HTTP/1.1\r\nhost: ${hostname}\r\nconnection: upgrade\r\nupgrade: websocket\r\n` +
      'sec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n' +
      `authorization: Bearer ${key}\r\n\r\n`)
  })

  const started = performance.now()
  const answers = await Promise.allSettled(keys.map(async key => { await sendAs(key) }))
  const took = performance.now() - started
  const refusals = answers.flatMap(answer => answer.status === 'rejected' ? [String(answer.reason)] : [])
  t.same(refusals.slice(0, 3), [], `${refusals.length} refused`)
  t.ok(took < MAX_MS, `all have sent after ${Math.round(took)} ms`)
  t.comment(`${Math.round(took)} ms, ${ap.calls('/api/keys/verify')} calls of AP`)
  t.ok(ap.calls('/api/keys/verify') < DEVICES / 4, 'AP was asked about many keys at a time')
  t.equal(ap.calls('/api/auth/login'), 0, 'no device signed in')
})

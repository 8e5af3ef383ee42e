import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { connect as connectSocket, type AddressInfo } from 'node:net'
import t, { type Test } from 'tap'
import { waitFor } from '@motience/testing'
import { connect, refusal, startServer } from './test-server.js'

const answer = (request: IncomingMessage, response: ServerResponse): void => {
  let body = ''
  request.on('data', (chunk: Buffer) => { body += chunk.toString() })
  request.on('end', () => { response.end(`${request.method} ${request.url}: ${body}`) })
}

/** A WebSocket server, and a page's server that it is attached to. */
const startBoth = async (t: Test) => {
  const started = await startServer(t)
  const page = createServer(answer)
  started.server.attach(page)
  page.listen(0, '127.0.0.1')
  await once(page, 'listening')
  t.teardown(() => page.close())
  const { port } = page.address() as AddressInfo
  return { ...started, page, pagePort: port, pageUrl: `ws://127.0.0.1:${port}/consumer` }
}

t.test('an attached server accepts the same WebSockets and handles other requests as before', async t => {
  const { tokens, server, pageUrl, pagePort } = await startBoth(t)
  tokens.issue('good')
  const { ws, frames, send, closed } = await connect(pageUrl, 'good')
  send({ type: 'echo', text: 'by the page' })
  await waitFor(() => frames.length > 0, { what: 'the echo' })
  t.equal(server.connections.size, 1)
  t.equal(await (await fetch(`http://127.0.0.1:${pagePort}/config.json`)).text(), 'GET /config.json: ')
  t.match(await refusal(pageUrl), { status: 401, problem: { code: 'MOT_UNAUTHORIZED' } })
  t.match(await refusal(pageUrl.replace('consumer', 'elsewhere')), { status: 404, problem: { code: 'MOT_NOT_FOUND' } })
  ws.close()
  await closed
})

t.test('an attached server closes after its WebSockets were drained', async t => {
  const { tokens, server, page, pageUrl } = await startBoth(t)
  tokens.issue('good')
  const { closed } = await connect(pageUrl, 'good')
  await server.drain({ drainMs: 2_000 })
  t.equal(await closed, 1001)
  await new Promise(resolve => page.close(resolve))
  t.equal(page.listening, false)
})

t.test('ignores offers of other upgrades and answers the requests, bodies included', async t => {
  const { pagePort } = await startBoth(t)
  const socket = connectSocket(pagePort, '127.0.0.1')
  let received = ''
  socket.setEncoding('utf8').on('data', (chunk: string) => { received += chunk })
  const offer = 'Host: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n'
  socket.write(`GET /one HTTP/1.1\r\n${offer}\r\n`)
  await waitFor(() => received.includes('GET /one: '), { what: 'the first response' })
  // On the same connection, a body in two parts, of which one comes with the head.
  socket.write(`POST /two HTTP/1.1\r\n${offer}Content-Length: 10\r\n\r\n12345`)
  socket.write('67890')
  await waitFor(() => received.includes('POST /two: 1234567890'), { what: 'the second response' })
  socket.write('GET /three HTTP/1.1\r\nHost: x\r\n\r\n')
  await waitFor(() => received.includes('GET /three: '), { what: 'the third response' })
  t.notMatch(received, /101|400/)
  socket.destroy()
})

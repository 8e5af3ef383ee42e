import { once } from 'node:events'
import type { RequestListener, ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { waitFor } from '@motience/testing'
import t from 'tap'
import { send, startProxied } from '../../test/support/proxied-service.js'

t.test('streams responses, and aborts those that the service aborts', async t => {
  let response!: ServerResponse
  const { url } = await startProxied(t, (_request, stream) => {
    response = stream
    stream.writeHead(200, { 'content-type': 'application/x-ndjson' })
    stream.write('{"a":1}\n')
  })
  const answer = await fetch(`${url}/ap/api/data/1`)
  const reader = answer.body!.getReader()
  const next = async (): Promise<string> => Buffer.from((await reader.read()).value ?? []).toString()
  t.equal(await next(), '{"a":1}\n', 'before the end of the response')
  response.write('{"a":2}\n')
  t.equal(await next(), '{"a":2}\n')
  response.destroy()
  await t.rejects(reader.read())
})

t.test(
  'a stalled reader causes back-pressure, and a disconnected one aborts the upstream response',
  async t => {
    const chunk = Buffer.alloc(65_536, 'x')
    let written = 0
    let closed = false
    const { url } = await startProxied(t, (_request, response) => {
      const write = (): void => {
        let more = true
        while (more && !response.destroyed) {
          more = response.write(chunk)
          written += chunk.length
        }
        response.once('drain', write)
      }
      response.on('close', () => {
        closed = true
      })
      write()
    })
    const socket = connect(Number(new URL(url).port), '127.0.0.1')
    socket.write('GET /ap/api/data/1 HTTP/1.1\r\nHost: x\r\n\r\n')
    await once(socket, 'readable')
    let before = { written: 0, at: 0 }
    await waitFor(
      () => {
        if (written !== before.written) before = { written, at: performance.now() }
        return written > 0 && performance.now() - before.at > 1_000
      },
      { timeoutMs: 20_000, what: 'the service to stall' }
    )
    // The kernel buffers of two connections take some megabytes; an unbounded proxy would take gigabytes.
    t.ok(written < 32 * 1_048_576, `${written} bytes were buffered`)
    socket.destroy()
    await waitFor(() => closed, { what: 'the upstream response to be aborted' })
  }
)

t.test('closes a connection without progress', async t => {
  const chunk = Buffer.alloc(1_048_576, 'x')
  let closed = false
  const { url } = await startProxied(t, (_request, response) => {
    response.on('close', () => { closed = true })
    for (let i = 0; i < 64; i++) response.write(chunk)
  }, { stallMs: 300 })
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  socket.write('GET /ap/api/data/1 HTTP/1.1\r\nHost: x\r\n\r\n')
  socket.on('error', () => {})
  await once(socket, 'readable') // and stop reading
  await waitFor(() => closed, { what: 'the upstream response to be aborted' })
  t.ok(socket.bytesRead < 64 * chunk.length, `${socket.bytesRead} bytes were received`)
  socket.destroy()
})

t.test('rejects a body that is declared too large; the service limits bodies of unknown length', async t => {
  const { url, requests } = await startProxied(t, (request, response) => {
    response.writeHead(413, { 'content-type': 'application/problem+json' }).end('{"code":"MOT_BODY_TOO_LARGE"}')
    request.resume()
  })
  const declared = await send(url, '/ap/api/x', {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'content-length': '2000000' }
  })
  t.equal(declared.status, 413)
  t.equal(requests.length, 0)
  const chunked = await send(
    url,
    '/ap/api/x',
    { method: 'POST', headers: { 'content-type': 'application/json', 'transfer-encoding': 'chunked' } },
    'x'.repeat(100_000)
  )
  t.match(chunked, { status: 413, text: /MOT_BODY_TOO_LARGE/ })
})

t.test('limits the number of concurrent requests', async t => {
  const held: ServerResponse[] = []
  const { url } = await startProxied(t, (_request, response) => { held.push(response) }, { maxRequests: 2 })
  const first = send(url, '/ap/api/x')
  const second = send(url, '/ap/api/x')
  await waitFor(() => held.length === 2)
  t.match(await send(url, '/ap/api/x'), { status: 503, headers: { 'retry-after': '1' }, text: /MOT_UNAVAILABLE/ })
  t.equal((await send(url, '/health')).status, 200)
  for (const response of held) response.end('done')
  t.match(await Promise.all([first, second]), [{ text: 'done' }, { text: 'done' }])
  const third = send(url, '/ap/api/x')
  await waitFor(() => held.length === 3)
  held[2]!.end('again')
  t.equal((await third).text, 'again')
})

t.test('drains requests on shutdown, up to the limit', async t => {
  const held: ServerResponse[] = []
  const hold: RequestListener = (_request, response) => {
    response.write('first, ')
    held.push(response)
  }
  const drained = await startProxied(t, hold)
  const complete = send(drained.url, '/ap/api/x')
  await waitFor(() => held.length === 1)
  const closed = drained.app.close()
  await waitFor(() => drained.app.draining)
  held[0]!.end('last')
  t.equal((await complete).text, 'first, last')
  await closed

  const limited = await startProxied(t, hold, { drainMs: 200 })
  const aborted = send(limited.url, '/ap/api/x')
  aborted.catch(() => {})
  await waitFor(() => held.length === 2)
  await limited.app.close()
  await t.rejects(aborted)
})

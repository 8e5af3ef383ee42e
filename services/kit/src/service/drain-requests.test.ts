import { once } from 'node:events'
import { Agent, request as httpRequest, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import t, { type Test } from 'tap'
import { waitFor } from '@motience/testing'
import { buildService } from './build-service.js'
import { drainLeftMs } from './drain-requests.js'

/** A service with a route that responds when `finish` is called, and one that streams until then. */
const start = async (t: Test, drainMs: number) => {
  const app = await buildService('ap', { ready: {}, drainMs })
  const finishers: (() => void)[] = []
  const finished = () => new Promise<void>(resolve => { finishers.push(resolve) })
  app.get('/slow', async () => {
    await finished()
    return 'done'
  })
  app.get('/stream', async (_request, reply) => reply.send(Readable.from((async function * () {
    yield 'first '
    await finished()
    yield 'last'
  })())))
  await app.listen({ host: '127.0.0.1', port: 0 })
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  t.teardown(async () => {
    agent.destroy()
    await app.close()
  })
  const get = async (path: string) => {
    const sent = httpRequest({ port: (app.server.address() as AddressInfo).port, path, agent }).end()
    const [response] = await once(sent, 'response') as [IncomingMessage]
    return response
  }
  const text = async (response: IncomingMessage) => (await response.toArray()).join('')
  return { app, get, text, finishers, finish: () => { for (const finish of finishers) finish() } }
}

t.test('a request in flight is answered, and its keep-alive connection closed', async t => {
  const { app, get, text, finishers, finish } = await start(t, 60_000)
  const answer = get('/slow')
  await waitFor(() => finishers.length === 1)
  const closing = app.close()
  await waitFor(() => app.draining)
  finish()
  const response = await answer
  t.equal(response.headers.connection, 'close')
  t.equal(await text(response), 'done')
  await closing
})

t.test('so is a response that had started, whose headers said keep-alive', async t => {
  const { app, get, text, finishers, finish } = await start(t, 60_000)
  const response = await get('/stream')
  t.equal(response.headers.connection, 'keep-alive')
  await waitFor(() => finishers.length === 1)
  const closing = app.close()
  await waitFor(() => app.draining)
  finish()
  t.equal(await text(response), 'first last')
  await closing
})

t.test('a request that does not end is closed after the drain time', async t => {
  const { app, get, finishers } = await start(t, 50)
  const answer = get('/slow')
  await waitFor(() => finishers.length === 1)
  await Promise.all([t.rejects(answer, { code: 'ECONNRESET' }), app.close()])
})

t.test('the drain time counts from `startDraining`, with at least a second', async t => {
  t.equal(drainLeftMs({ drainingSince: null }, 5_000), 5_000)
  const left = drainLeftMs({ drainingSince: performance.now() - 2_000 }, 5_000)
  t.ok(left > 2_000 && left <= 3_000)
  t.equal(drainLeftMs({ drainingSince: performance.now() - 9_000 }, 5_000), 1_000)
  t.equal(drainLeftMs({ drainingSince: performance.now() - 9_000 }, 200), 200)
})

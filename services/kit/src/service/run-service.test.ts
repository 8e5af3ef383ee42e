import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { waitFor } from '@motience/testing'
import { buildService, listen } from './index.js'

const program = fileURLToPath(new URL('../../test/programs/service.ts', import.meta.url))

/** Runs the program; resolves once it has printed its URL or exited. */
const run = async (t: Test, env: Record<string, string> = {}) => {
  const child = spawn(process.execPath, ['--conditions=motience-source', '--import', 'tsx', program], {
    env: { PATH: process.env['PATH'], AP_PORT: '0', ...env }
  })
  const output = { out: '', err: '' }
  child.stdout.on('data', (chunk: Buffer) => { output.out += chunk.toString() })
  child.stderr.on('data', (chunk: Buffer) => { output.err += chunk.toString() })
  const ended = once(child, 'close').then(([code]) => code as number | null)
  t.teardown(() => child.kill('SIGKILL'))
  await waitFor(() => output.out.includes('http://') || child.exitCode !== null, {
    timeoutMs: 30_000,
    what: 'the program to start'
  })
  return { child, output, ended, url: /http:\S+/.exec(output.out)?.[0] ?? '' }
}

t.test('finishes requests in flight on a signal and exits with 0', async t => {
  const { child, output, ended, url } = await run(t)
  const answer = fetch(`${url}/slow`).then(async response => await response.text())
  await waitFor(() => output.out.includes('slow request came'))
  child.kill('SIGTERM')
  t.equal(await answer, 'done')
  t.equal(await ended, 0)
  // The log is written asynchronously, so its line may come in between.
  t.same(output.out.split('\n').filter(line => /^clos/.test(line)), ['closing', 'closed'])
})

t.test('exits with 1 if it does not stop in time', async t => {
  const stopping = async (drainMs: string): Promise<number> => {
    const { child, output, ended } = await run(t, { HANG: '1', DRAIN_MS: drainMs })
    const from = performance.now()
    child.kill('SIGINT')
    t.equal(await ended, 1)
    t.match(output.err, `ap did not stop within ${Number(drainMs) + 2_000} ms`)
    return performance.now() - from
  }
  t.ok(await stopping('0') < 9_000)
  t.ok(await stopping('10000') >= 11_900, 'for any drain time')
})

t.test('stops on an uncaught error and exits with 1', async t => {
  const { output, ended } = await run(t, { THROW: '1' })
  t.equal(await ended, 1)
  t.match(output.out, /"level":60,.*"service":"ap",.*"message":"thrown later".*"msg":"Stopping on an uncaught error"/)
  t.match(output.out, /closed/)
})

t.test('a failed start prints the reason and exits with 1', async t => {
  const bad = await run(t, { AP_PORT: 'http', SM_PORT: '-1' })
  t.equal(await bad.ended, 1)
  t.equal(
    bad.output.err,
    "ap can't start: AP_PORT must be an integer from 0 to 65535, not 'http'\nSM_PORT must be an integer from 0 to " +
    "65535, not '-1'\n"
  )

  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.close())
  const { port } = server.address() as AddressInfo
  const taken = await run(t, { AP_PORT: String(port) })
  t.equal(await taken.ended, 1)
  t.equal(
    taken.output.err,
    `ap can't start: AP_PORT: port ${port} of 127.0.0.1 is in use; stop what uses it, or choose another\n`
  )
})

t.test('names an address that this machine doesn\'t have', async t => {
  const app = await buildService('ap', { ready: {} })
  t.teardown(async () => { await app.close() })
  await t.rejects(listen(app, { host: '203.0.113.7', port: 0, variable: 'AP_PORT' }), {
    name: 'StartError',
    message: /^HOST: 203\.0\.113\.7/
  })
})

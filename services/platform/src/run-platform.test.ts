import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { anyPorts, tempDir, waitFor } from '@motience/testing'
import t, { type Test } from 'tap'

const program = "import { runPlatform } from '@motience/platform'; await runPlatform()"
/** Runs the platform as a process of its own; resolves once it is ready. */
const run = async (t: Test, environment: Record<string, string>) => {
  const child = spawn(
    process.execPath,
    ['--conditions=motience-source', '--import', 'tsx', '--input-type=module', '-e', program],
    {
      env: { PATH: process.env['PATH'], DATA_DIR: tempDir(t), ...anyPorts, ...environment },
      stdio: ['ignore', 'pipe', 'pipe']
    }
  )
  t.teardown(() => child.kill('SIGKILL'))
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString()
    })
  }
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, output }))
  await waitFor(() => output.includes('Motience is ready.') || child.exitCode !== null, { timeoutMs: 60_000 })
  return { child, ended, ap: new URL(/AP .*(http:\S+)/.exec(output)![1]!) }
}

t.test('a request whose body never arrives ends with the time to drain, and the platform with 0', async t => {
  const { child, ended, ap } = await run(t, { DRAIN_MS: '300' })
  const socket = connect(Number(ap.port), ap.hostname).on('error', () => {})
  socket.write('POST /api/auth/login HTTP/1.1\r\nhost: ap\r\ncontent-type: application/json\r\n')
  socket.write('content-length: 100\r\nexpect: 100-continue\r\n\r\n')
  const [interim] = await once(socket, 'data') as [Buffer]
  t.match(interim.toString(), '100 Continue', 'the request is in flight')
  const closed = once(socket, 'close')
  child.kill('SIGTERM')
  await closed
  const { code, output } = await ended
  t.equal(code, 0, output)
  t.match(output, /Stopping…\n[^]*Stopped\.\n$/)
  t.notMatch(output, '"level":50', 'no error of ours')
})

t.test('a start that fails says why in a line, with 1', async t => {
  const { code, output } = await (async () => {
    const child = spawn(
      process.execPath,
      ['--conditions=motience-source', '--import', 'tsx', '--input-type=module', '-e', program],
      { env: { PATH: process.env['PATH'], DATA_DIR: tempDir(t), AP_PORT: 'http' }, stdio: ['ignore', 'ignore', 'pipe'] }
    )
    const chunks = await child.stderr.toArray() as Buffer[]
    return {
      code: child.exitCode ?? ((await once(child, 'close'))[0] as number),
      output: Buffer.concat(chunks).toString()
    }
  })()
  t.equal(code, 1)
  t.equal(output, "Motience can't start: AP_PORT must be an integer from 0 to 65535, not 'http'\n")
})

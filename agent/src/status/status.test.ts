import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { tempDir, waitFor } from '@motience/testing'
import t from 'tap'
import { askStatus, AgentRunningError, serveStatus } from './socket.js'
import { createNotifier } from './systemd.js'

t.test('the socket sends the status, and prevents a second agent', async t => {
  const path = join(tempDir(t), 's')
  const first = await serveStatus(path, () => ({ state: 'online' }))
  t.same(await askStatus(path), { state: 'online' })
  await t.rejects(serveStatus(path, () => ({})), AgentRunningError)
  await first.close()
  await t.rejects(askStatus(path))
})

t.test('a stale socket is replaced', async t => {
  const path = join(tempDir(t), 's')
  const child = spawn(
    process.execPath,
    [
      '-e',
      `require('node:net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`
    ],
    { env: { PATH: process.env['PATH'] } }
  )
  await once(child, 'exit')
  t.ok(existsSync(path))
  const server = await serveStatus(path, () => ({ a: 1 }))
  t.same(await askStatus(path), { a: 1 })
  await server.close()
})

t.test('an invalid status is an error', async t => {
  const dir = tempDir(t)
  for (const [name, text] of [['a', 'hello'], ['b', 'x'.repeat(2e6)]] as const) {
    const server = createServer(socket => { socket.on('error', () => {}); socket.end(text) }).listen(join(dir, name))
    await once(server, 'listening')
    await t.rejects(askStatus(join(dir, name)))
    server.close()
  }
  await t.rejects(serveStatus(join(dir, 'x'.repeat(120)), () => ({})), /107 bytes/)
})

const perl = spawnSync('perl', ['-MSocket', '-e', '1']).status === 0
/** A socket as systemd's: it writes each datagram to a file, with a line for its end. */
const RECEIVER = String.raw`
  use Socket;
  socket(my $s, AF_UNIX, SOCK_DGRAM, 0) or die;
  bind($s, sockaddr_un($ARGV[0])) or die;
  $| = 1;
  print "ready\n";
  for (;;) { my $m; recv($s, $m, 4096, 0); open(my $f, ">>", $ARGV[1]); print $f "$m\n--\n"; close $f; }`

t.test(
  "the agent writes to systemd's socket, which the launcher passes on",
  { skip: perl ? false : 'no perl on this machine' },
  async t => {
    const dir = tempDir(t)
    const [socket, got] = [join(dir, 'notify'), join(dir, 'got')]
    const receiver = spawn('perl', ['-e', RECEIVER, socket, got], { stdio: ['ignore', 'pipe', 'inherit'] })
    t.teardown(() => receiver.kill('SIGKILL'))
    await once(receiver.stdout, 'data')
    const program = `
    const { writeSync } = require('node:fs')
    writeSync(Number(process.env.MOTIENCE_NOTIFY_FD), 'READY=1')
    writeSync(Number(process.env.MOTIENCE_NOTIFY_FD), 'MAINPID=' + process.pid)
  `
    const launcher = join(import.meta.dirname, '../../../infra/agent/motience-agent-launch')
    const child = spawn(launcher, [process.execPath, '-e', program], {
      env: { PATH: process.env['PATH'], NOTIFY_SOCKET: socket },
      stdio: 'inherit'
    })
    const [code] = (await once(child, 'exit')) as [number]
    t.equal(code, 0)
    const text = await waitFor(
      () => existsSync(got) && readFileSync(got, 'utf8').includes('MAINPID') && readFileSync(got, 'utf8')
    )
    t.equal(text, `READY=1\n--\nMAINPID=${child.pid}\n--\n`, 'two datagrams, of the very process that was started')
  }
)

t.test('without the launcher systemd-notify is used, and an invalid descriptor is reported', async t => {
  const dir = t.testdir({ 'systemd-notify': '#!/bin/sh\necho "$1" >> "$OUT"\n' })
  chmodSync(join(dir, 'systemd-notify'), 0o755)
  const out = join(dir, 'out')
  const path = process.env['PATH']
  process.env['PATH'] = `${dir}:${path}`
  t.teardown(() => { process.env['PATH'] = path })
  const env = { NOTIFY_SOCKET: '/run/x', OUT: out, PATH: process.env['PATH'] }
  createNotifier(env).notify('READY=1')
  await waitFor(() => existsSync(out) && readFileSync(out, 'utf8') === 'READY=1\n')
  writeFileSync(out, '')
  const faults: unknown[] = []
  createNotifier({ ...env, MOTIENCE_NOTIFY_FD: '987' }, fault => faults.push(fault)).notify('WATCHDOG=1')
  await waitFor(() => readFileSync(out, 'utf8') === 'WATCHDOG=1\n')
  t.equal(faults.length, 1)
})

t.test('without systemd there are no notifications; a watchdog is for one process', async t => {
  t.equal(createNotifier({}).watchdogMs, null)
  createNotifier({}).notify('READY=1')
  t.equal(createNotifier({ NOTIFY_SOCKET: '/x', WATCHDOG_USEC: '60000000' }).watchdogMs, 30_000)
  t.equal(createNotifier({ NOTIFY_SOCKET: '/x', WATCHDOG_USEC: '60000000', WATCHDOG_PID: '1' }).watchdogMs, null)
})

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { tempDir, waitFor } from '@motience/testing'
import t from 'tap'
import { ConfigError, type Config } from './config.js'
import { defaultConfigPath, findConfigFile, loadConfig } from './load.js'
import { parseDuration, parseSize } from './units.js'
import { watchContent } from './watch.js'

const account = { username: 'pi', password: 'long-secret' }
const load = (text: string | null, env: NodeJS.ProcessEnv = {}, flags = {}): Config => {
  const path = text === null ? null : join(t.testdir({ 'agent.yaml': text }), 'agent.yaml')
  return loadConfig({ path, env, flags })
}
const faults = (text: string | null, env: NodeJS.ProcessEnv = {}): string => {
  try {
    load(text, env)
    return ''
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return error.message
  }
}

t.test('flags override the environment, which overrides the file', async t => {
  const text = 'device_id: from-file\nusername: pi\npassword: long-secret\ninterval: 5s\nauth_url: http://file:1\n'
  t.match(load(text), {
    deviceId: 'from-file',
    intervalMs: 5000,
    authUrl: 'http://file:1',
    websocketUrl: 'ws://127.0.0.1:8001/producer'
  })
  const env = { DEVICE_ID: 'from-env', SEND_INTERVAL_SECS: '2', AUTH_URL: 'http://env:1', WEBSOCKET_URL: '' }
  t.match(load(text, env), {
    deviceId: 'from-env',
    intervalMs: 2000,
    authUrl: 'http://env:1',
    websocketUrl: 'ws://127.0.0.1:8001/producer'
  })
  t.match(load(text, env, { device_id: 'from-flag' }), { deviceId: 'from-flag', intervalMs: 2000 })
})

t.test('a device key stands for the account, from the file, the environment or a credential', async t => {
  const key = (n: number) => `mot_d_aaaaaaaaaaa${n}_${'x'.repeat(43)}`
  t.match(load(`device_key: ${key(1)}\n`), { deviceKey: key(1), username: '', password: '' })
  t.match(load(`device_key: ${key(1)}\n`, { DEVICE_KEY: key(2), USERNAME: 'desktop' }), { deviceKey: key(2) })
  const dir = tempDir(t)
  writeFileSync(join(dir, 'motience-key'), `${key(3)}\n`)
  t.match(load(`device_key: ${key(1)}\n`, { CREDENTIALS_DIRECTORY: dir }), { deviceKey: key(3) })
  t.match(load('username: pi\npassword: long-secret\n'), { deviceKey: null })
  t.throws(() => load('device_key: mot_d_short\n'), { name: 'ConfigError' })
})

t.test('environment variables alone are sufficient', async t => {
  const env = {
    DEVICE_ID: 'd',
    USERNAME: 'u',
    PASSWORD: 'p',
    AUTH_URL: 'https://ap',
    WEBSOCKET_URL: 'wss://w/producer',
    SEND_INTERVAL_SECS: '0.5'
  }
  t.match(load(null, env), {
    deviceId: 'd',
    username: 'u',
    password: 'p',
    authUrl: 'https://ap',
    websocketUrl: 'wss://w/producer',
    intervalMs: 500
  })
})

t.test('a desktop\'s USERNAME does not replace the configured account', async t => {
  const text = 'username: pi\npassword: long-secret\n'
  t.equal(load(text, { USERNAME: 'alice' }).username, 'pi')
  t.match(load(text, { USERNAME: 'alice', PASSWORD: 'other-secret' }), { username: 'alice', password: 'other-secret' })
})

t.test('a password may come from a file or from a systemd credential', async t => {
  const dir = t.testdir({ secret: 'from-file\nsecond line\n', credentials: { 'motience-password': 'from-systemd\n' } })
  const path = join(dir, 'agent.yaml')
  writeFileSync(path, `username: pi\npassword_file: ${join(dir, 'secret')}\n`)
  t.equal(loadConfig({ path, env: {}, flags: {} }).password, 'from-file')
  t.equal(
    loadConfig({ path, env: { CREDENTIALS_DIRECTORY: join(dir, 'credentials') }, flags: {} }).password,
    'from-systemd'
  )
  writeFileSync(path, 'username: pi\npassword_file: /no/such/file\n')
  t.throws(() => loadConfig({ path, env: {}, flags: {} }), /password_file: can't be read/)
})

t.test('all errors are reported', async t => {
  t.match(faults('username: pi\n'), /password: is missing/)
  t.match(faults('username: pi\npassword: x\ninterval: fast\n'), /interval: fast is not a duration/)
  t.match(faults('username: pi\npassword: x\ninterval: 1ms\n'), /interval: 1ms is out of range/)
  t.match(faults('username: pi\npassword: x\nbuffer: { max: 100KB }\n'), /buffer.max: 100KB is out of range/)
  t.match(faults('username: pi\npassword: x\nbuffer: { max: much }\n'), /buffer.max: much is not a size/)
  t.match(faults('username: pi\npassword: x\nunknown: 1\n'), /unknown: unexpected property/)
  t.match(faults('username: pi\npassword: x\nauth_url: ftp://x\n'), /auth_url/)
  t.match(faults('username: [\n'), /agent.yaml/)
  t.match(faults('just text\n'), /The file: expected object/)
  t.match(
    faults(null, { ...account, USERNAME: 'u', PASSWORD: 'p', SEND_INTERVAL_SECS: 'often' }),
    /SEND_INTERVAL_SECS: often is not a number/
  )
  t.match(faults(null, { USERNAME: 'u', PASSWORD: 'p', WEBSOCKET_URL: 'http://x' }), /WEBSOCKET_URL/)
  const source = (rest: string) => `username: pi\npassword: x\nsources:\n  - ${rest}\n`
  t.match(faults(source('{ name: cpu, type: file, path: /x }')), /sources.0.name: cpu is the name of a built-in sensor/)
  t.match(
    faults(`${source('{ name: a, type: file, path: /x }')}  - { name: a, type: file, path: /y }\n`),
    /sources.1.name: a is used twice/
  )
  t.match(faults(source('{ name: a.b, type: file, path: /x }')), /sources.0/)
  t.match(faults(source('{ name: a, type: laser }')), /sources.0/)
  t.throws(() => loadConfig({ path: '/no/such/file', env: {}, flags: {} }), /can't be read \(ENOENT\)/)
})

t.test('a complete file', async t => {
  const config = load(`
username: pi
password: long-secret
sensors: [cpu, temperature]
sources:
  - { name: dht22, type: command, command: [read-dht22], every: 30s, timeout: 5s, format: json }
  - { name: quick, type: file, path: /x, every: 500ms }
buffer: { dir: /tmp/x, max: 16MiB, fsync: each }
drain_rate: 100
compression: false
report: changes
changes: { full_every: 10m, thresholds: { cpu.usage: 2, 'temperature.*': 1% } }
aggregate: { every: 10s, functions: [mean] }
metrics: { port: 9101 }
status_socket: /tmp/x.sock
stopped_retry: 0
log_level: debug
`)
  t.match(config, {
    sensors: ['cpu', 'temperature'],
    sources: [{ name: 'dht22', everyMs: 30_000, timeoutMs: 5000 }, { name: 'quick', everyMs: 500, timeoutMs: 500 }],
    buffer: { dir: '/tmp/x', capBytes: 16 * 1024 * 1024, fsyncMs: 0 },
    drainRate: 100,
    compression: false,
    changes: { fullEveryMs: 600_000, thresholds: { 'cpu.usage': 2 } },
    aggregate: { everyMs: 10_000, functions: ['mean'] },
    metrics: { port: 9101, host: '127.0.0.1' },
    statusSocket: '/tmp/x.sock',
    stoppedRetryMs: null,
    logLevel: 'debug'
  })
  t.match(load('username: pi\npassword: x\n'), {
    changes: null,
    aggregate: null,
    metrics: null,
    stoppedRetryMs: 3_600_000,
    buffer: { fsyncMs: 1000 }
  })
})

t.test('units', async t => {
  t.same(
    ['500ms', '10s', '5m', '1h', '2d', 3, '1.5s', '7'].map(parseDuration),
    [500, 10_000, 300_000, 3_600_000, 172_800_000, 3000, 1500, 7000]
  )
  t.same(['1KiB', '1KB', '16MiB', '1GB', '12B', '12', 5].map(parseSize), [1024, 1000, 16_777_216, 1e9, 12, 12, 5])
})

t.test('default paths of the file', async t => {
  t.equal(findConfigFile({ MOTIENCE_AGENT_CONFIG: '/x' }, () => false), '/x')
  t.equal(
    findConfigFile({ HOME: '/home/pi' }, path => path === '/home/pi/.config/motience-agent/agent.yaml'),
    '/home/pi/.config/motience-agent/agent.yaml'
  )
  t.equal(findConfigFile({ HOME: '/home/pi' }, path => path.startsWith('/etc')), '/etc/motience-agent/agent.yaml')
  t.equal(findConfigFile({ HOME: '/home/pi' }, () => false), null)
  t.equal(defaultConfigPath({ HOME: '/root' }, 0), '/etc/motience-agent/agent.yaml')
  t.equal(defaultConfigPath({ HOME: '/home/pi' }, 1000), '/home/pi/.config/motience-agent/agent.yaml')
  t.equal(
    loadConfig({
      path: null,
      env: { USERNAME: 'u', PASSWORD: 'p', STATE_DIRECTORY: '/var/lib/x', RUNTIME_DIRECTORY: '/run/x' },
      flags: {}
    }).statusSocket,
    '/run/x/agent.sock'
  )
})

t.test('a changed file is detected; a touched or missing one is ignored', async t => {
  const dir = t.testdir({ file: 'one' })
  let changes = 0
  const watch = watchContent(join(dir, 'file'), () => { changes++ }, 10)
  t.teardown(() => { watch.stop() })
  writeFileSync(join(dir, 'file'), 'two')
  await waitFor(() => changes === 1)
  writeFileSync(join(dir, 'file'), 'two')
  writeFileSync(join(dir, 'file'), 'three')
  await waitFor(() => changes === 2)
})

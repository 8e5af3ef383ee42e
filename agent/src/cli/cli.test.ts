import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { FakeWss2, waitFor } from '@motience/testing'
import t from 'tap'
import { listen } from './listen.js'
import { main } from './main.js'
import { EXIT } from './options.js'
import { pipe } from './pipe.js'
import { run } from './run.js'
import { formatAge, formatBytes, showStatus } from './status.js'
import { top } from './top.js'
import { setUp, terminal } from './testing/setup.js'

t.test('run: collects, sends, reports its status, reloads its configuration, and stops', async t => {
  const { platform, dir, config } = await setUp(t, 'metrics: { port: 0 }\nsensors: [load]\n')
  const io = terminal()
  const code = run({ config }, io)
  await waitFor(() => platform.history.kept.length >= 2)
  t.match(platform.history.kept[0], { device_id: 'pi-1', payload: { load: { m1: Number } } })

  const status = terminal()
  t.equal(await main(['status', '--config', config], status), EXIT.ok)
  t.match(status.text, /Device +pi-1\nConnection +connected for/)
  const json = terminal()
  t.equal(await main(['status', '--socket', join(dir, 's'), '--json'], json), EXIT.ok)
  t.match(JSON.parse(json.text), { state: 'online', deviceId: 'pi-1' })

  const port = /metrics_port=(\d+)/.exec(io.errors)![1]
  const metrics = await fetch(`http://127.0.0.1:${port}/metrics`)
  t.match(await metrics.text(), /^motience_agent_online 1$/m)
  t.equal((await fetch(`http://127.0.0.1:${port}/`)).status, 404)
  t.equal((await fetch(`http://127.0.0.1:${port}/metrics`, { method: 'POST' })).status, 405)

  const second = terminal()
  t.equal(await main(['run', '--config', config], second), EXIT.failed)
  t.match(second.errors, /Another agent is already running/)

  const before = readFileSync(config, 'utf8')
  writeFileSync(config, `${before}interval: never\n`)
  process.emit('SIGHUP')
  await waitFor(() => io.errors.includes('Invalid configuration, keeping the current one'))
  writeFileSync(
    config,
    before.replace('sensors: [load]', 'sensors: [uptime]').replace('device_id: pi-1', 'device_id: pi-2')
  )
  process.emit('SIGHUP')
  await waitFor(() => platform.history.kept.some(({ payload }) => 'uptime' in payload))
  t.match(platform.history.kept.at(-1), { device_id: 'pi-2' })
  t.equal(platform.connections, 1)

  process.emit('SIGTERM')
  t.equal(await code, EXIT.ok)
  t.equal(platform.history.firstMismatch(platform.history.kept.length), null, 'no reading was lost on the way')
  t.notMatch(io.errors, 'long-secret')
  t.match(io.errors, /Stopped unacked=0/)
  t.equal(await showStatus(join(dir, 's'), false, terminal()), EXIT.unavailable)
})

t.test('validate reports whether the configuration is valid', async t => {
  const { config } = await setUp(t)
  const good = terminal()
  t.equal(await main(['validate', '--config', config], good), EXIT.ok)
  t.match(good.text, /is valid: device pi-1, a reading every 0.1 s/)
  writeFileSync(config, 'username: pi\ncolour: red\n')
  const bad = terminal()
  t.equal(await main(['validate', '--config', config], bad), EXIT.config)
  t.match(bad.errors, /colour: unexpected property/)
})

t.test('invalid command lines', async t => {
  for (const argv of [['--nonsense'], ['fly'], ['run', '--interval', 'often'], ['listen', '--slow', 'never'],
    ['listen', '--count', 'abc'], ['listen', '--count', '0'], ['top', '--count', '1.5'], ['init', '--interval', 'abc'],
    ['init', '--interval', '0'], ['run', '--interval', ''], ['pipe', '--wait', '-1']]) {
    t.equal(await main(argv, terminal()), EXIT.usage, argv.join(' '))
  }
  const io = terminal()
  t.equal(await main(['--version'], io), EXIT.ok)
  t.match(io.text, /^\d+\.\d+\.\d+\n$/)
  t.equal(await main(['--help'], terminal()), EXIT.ok)
})

t.test('pipe: each line is a reading; invalid ones are skipped and reported', async t => {
  const { platform, config } = await setUp(t)
  const io = terminal()
  t.equal(
    await pipe({ config, wait: 10 }, Readable.from(['{"a":1}\n', 'noise\n', '5\n', '\n', '{"a":2}']), io),
    EXIT.failed
  )
  t.same(platform.history.kept.map(({ payload }) => payload), [{ a: 1 }, { a: 2 }])
  t.match(io.errors, /Skipped lines lines=2/)
  t.equal(await pipe({ config, wait: 10, name: 'wind' }, Readable.from(['5\n', '{"speed":1}\n']), terminal()), EXIT.ok)
  t.same(platform.history.kept.slice(2).map(({ payload }) => payload), [{ wind: 5 }, { wind: { speed: 1 } }])
})

t.test('pipe: unsent readings are sent by the next run', async t => {
  const { platform, config } = await setUp(t)
  await platform.stop()
  const io = terminal()
  t.equal(await pipe({ config, wait: 0.05 }, Readable.from(['{"a":1}\n']), io), EXIT.failed)
  t.match(io.errors, /1 of 1 readings not acked/)
  await platform.start()
  t.equal(await pipe({ config, wait: 10 }, Readable.from(['{"a":2}\n']), terminal()), EXIT.ok)
  t.same(platform.history.kept.map(({ payload }) => payload['a']).sort(), [1, 2])
})

t.test('top: shows the sensors of a machine', async t => {
  const io = terminal()
  t.equal(await top(1, join(import.meta.dirname, '../../test/fixtures/pi-5'), false, io), EXIT.ok)
  t.match(io.text, /^temperature\.cpu_thermal +48\.3$/m)
  t.match(io.text, /^memory\.used_percent +[\d.]+ {2}█+░+$/m)
})

t.test('listen: without an account, reports what is missing', async t => {
  const io = terminal()
  t.equal(
    await listen({ authUrl: 'http://127.0.0.1:1', websocketUrl: 'ws://127.0.0.1:1', slow: 'close' }, io),
    EXIT.config
  )
  t.match(io.errors, /USERNAME/)
})

t.test('listen: exits with 1 if the account is rejected, with 0 after `--count` messages', async t => {
  const platform = await FakeWss2.start()
  t.teardown(() => platform.stop())
  platform.subscribe(7)
  const flags = ['listen', '--auth-url', platform.httpUrl, '--websocket-url', platform.url, '--count', '2', '--json']
  const good = terminal({ USERNAME: 'someone', PASSWORD: 'secret' })
  const listened = main(flags, good)
  await waitFor(() => good.errors.includes('Connected, subscribed to 7'))
  platform.publish(7, 2)
  t.equal(await listened, EXIT.ok)
  t.same(good.text.trim().split('\n').map(line => (JSON.parse(line) as { offset: number }).offset), [1, 2])

  platform.settings.signIn = 401
  const refused = terminal({ USERNAME: 'someone', PASSWORD: 'wrong' })
  t.equal(await main(flags, refused), EXIT.failed)
  t.equal(refused.errors, 'Wrong username or password\n')

  platform.settings.signIn = null
  platform.settings.refuse = 403
  const producer = terminal({ USERNAME: 'someone', PASSWORD: 'secret' })
  t.equal(await main(flags, producer), EXIT.failed)
  t.match(producer.errors, /403/)
})

t.test('durations and sizes', async t => {
  t.same([0, 59_000, 61_000, 3_600_000, 90_000_000].map(formatAge), ['0 s', '59 s', '1 min 1 s', '1 h', '1 d 1 h'])
  t.same([5, 2048, 3 * 1024 * 1024].map(formatBytes), ['5 B', '2.0 KiB', '3.0 MiB'])
})

t.test('listen: an invalid URL is a usage error, not an endless retry', async t => {
  const attempt = async (...flags: string[]) => {
    const io = terminal({ USERNAME: 'alice', PASSWORD: 'long-secret' })
    t.equal(await main(['listen', ...flags], io), EXIT.usage)
    return io.errors
  }
  t.equal(
    await attempt('--auth-url', 'localhost:3001'),
    "--auth-url must begin with http:// or https://, got 'localhost:3001'\n"
  )
  t.match(await attempt('--websocket-url', 'http://127.0.0.1'), /--websocket-url must begin with ws/)
  t.match(await attempt('--history', 'nowhere'), /--history must begin with http/)
})

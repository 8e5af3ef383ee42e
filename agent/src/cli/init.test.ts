import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import t from 'tap'
import { init } from './init.js'
import { main } from './main.js'
import { EXIT } from './options.js'
import { setUp, terminal } from './testing/setup.js'

t.test('init: asks, registers, and writes a file readable by its owner only', async t => {
  const { platform, dir } = await setUp(t)
  const config = join(dir, 'new', 'agent.yaml')
  const output = new PassThrough()
  const input = new PassThrough()
  const answers = [platform.authUrl, platform.websocketUrl, 'kitchen', '', 'long-secret']
  let asked = ''
  output.on('data', (text: Buffer) => {
    asked += text.toString()
    if (/: $/.test(asked) && answers.length > 0) {
      asked = ''
      input.write(`${answers.shift()}\n`)
    }
  })
  const io = terminal()
  t.equal(await init({ config }, io, { input, output }), EXIT.ok)
  t.equal(statSync(config).mode & 0o777, 0o600)
  t.match(readFileSync(config, 'utf8'), /device_id: kitchen\nusername: kitchen\npassword: long-secret\n/)
  t.same(platform.calls, ['auth/register'])
  t.equal(await main(['validate', '--config', config], terminal()), EXIT.ok)

  const again = terminal()
  t.equal(await init({ config }, again, { input: Readable.from([]), output: new PassThrough() }), EXIT.failed)
  t.match(again.errors, /already exists/)
})

t.test('init: a claim code is traded for the device\'s key, and nothing is asked', async t => {
  const { platform, dir } = await setUp(t)
  const key = `mot_d_aaaaaaaaaaaa_${'x'.repeat(43)}`
  platform.claims.set('K7MPX4QR', key)
  const config = join(dir, 'claimed', 'agent.yaml')
  const flags = { config, authUrl: platform.authUrl, websocketUrl: platform.websocketUrl, claim: 'K7MPX4QR' }
  const parts = () => ({ input: Readable.from([]), output: new PassThrough() })
  const io = terminal({ DEVICE_ID: 'shed' })
  t.equal(await init(flags, io, parts()), EXIT.ok, io.errors)
  t.equal(statSync(config).mode & 0o777, 0o600)
  t.match(readFileSync(config, 'utf8'), `device_id: shed\ndevice_key: ${key}\n`)
  t.notMatch(io.text, 'mot_d_')
  t.same(platform.calls, ['devices/claim'])
  t.equal(await main(['validate', '--config', config], terminal()), EXIT.ok)

  const used = terminal()
  t.equal(await init({ ...flags, config: join(dir, 'again.yaml') }, used, parts()), EXIT.failed)
  t.match(used.errors, /Claim failed/)
  t.notOk(existsSync(join(dir, 'again.yaml')))
})

t.test('init: a taken username, an unavailable platform, an existing account', async t => {
  const { platform, dir } = await setUp(t)
  const flags = {
    config: join(dir, 'x.yaml'),
    authUrl: platform.authUrl,
    websocketUrl: platform.websocketUrl,
    deviceId: 'd'
  }
  const parts = () => ({ input: Readable.from([]), output: new PassThrough() })
  const taken = terminal({ PASSWORD: 'long-secret' })
  t.equal(await init({ ...flags, username: 'taken' }, taken, parts()), EXIT.failed)
  t.match(taken.errors, /--existing/)
  t.equal(
    await init({ ...flags, username: 'taken', existing: true }, terminal({ PASSWORD: 'wrong' }), parts()),
    EXIT.failed
  )
  t.equal(
    await init({ ...flags, username: 'taken', existing: true }, terminal({ PASSWORD: 'long-secret' }), parts()),
    EXIT.ok
  )
  await platform.stop()
  t.equal(
    await init(
      { ...flags, config: join(dir, 'y.yaml'), username: 'new' },
      terminal({ PASSWORD: 'long-secret' }),
      parts()
    ),
    EXIT.unavailable
  )
})

t.test('init: an invalid address is reported', async t => {
  const { platform, dir } = await setUp(t)
  const good = {
    config: join(dir, 'x.yaml'),
    authUrl: platform.authUrl,
    websocketUrl: platform.websocketUrl,
    deviceId: 'd',
    username: 'new'
  }
  const attempt = async (flags: Partial<typeof good>, env: NodeJS.ProcessEnv = {}): Promise<string> => {
    const io = terminal({ PASSWORD: 'long-secret', ...env })
    t.equal(await init({ ...good, ...flags }, io, { input: Readable.from([]), output: new PassThrough() }), EXIT.usage)
    return io.errors
  }
  for (const address of ['plant.local:3001', 'http://', 'plant', 'ws://plant.local']) {
    t.equal(
      await attempt({ authUrl: address }),
      'The address of the Authentication Platform (AUTH_URL, --auth-url) must begin with http:// or https://, ' +
        `got '${address}'\n`
    )
  }
  for (const address of ['http://plant.local', 'ws//plant.local']) {
    t.equal(
      await attempt({ websocketUrl: address }),
      'The address of the producers\' WebSocket (WEBSOCKET_URL, --websocket-url) must begin with ws:// or wss://, ' +
        `got '${address}'\n`
    )
  }
  t.same(platform.calls, [])
})

t.test('init: the WebSocket URL is derived from that of AP, and the printed command works', async t => {
  const { platform, dir } = await setUp(t)
  const guessed = async (authUrl: string): Promise<string> => {
    const output = new PassThrough()
    const input = new PassThrough()
    let asked = ''
    output.on('data', (text: Buffer) => {
      if (text.toString().startsWith('Address of the producers')) asked = text.toString()
    })
    output.on('data', () => { input.write('\n') })
    const io = terminal({ PASSWORD: 'long-secret' })
    const config = join(dir, `${Math.random()}.yaml`)
    const answer = { status: 201, headers: { get: () => null }, text: async () => '{}' }
    t.equal(
      await init({ config, authUrl, deviceId: 'd', username: 'new' }, io, {
        input,
        output,
        fetch: async () => answer,
        command: 'node here/motience-agent.js'
      }),
      EXIT.ok
    )
    t.match(io.text, `Start the agent with: node here/motience-agent.js run --config ${config}`)
    return /\[(.*)\]/.exec(asked)![1]!
  }
  t.equal(await guessed('http://plant.local:3001'), 'ws://plant.local:8001/producer')
  t.equal(await guessed('https://plant.local/'), 'wss://plant.local:8001/producer')
  t.equal(await guessed('http://plant.local:3010/ap'), 'ws://plant.local:3010/producer', 'below the producer\'s page')
  t.equal(await guessed('https://example.org/send/ap/'), 'wss://example.org/send/producer')
  t.same(platform.calls, [])
})

t.test('init: answers from a pipe, and an input that ends too early', async t => {
  const { platform, dir } = await setUp(t)
  const flags = { authUrl: platform.authUrl, websocketUrl: platform.websocketUrl }
  const attempt = async (config: string, answers: string) => {
    const io = terminal()
    const input = Readable.from([Buffer.from(answers)])
    return { code: await init({ ...flags, config }, io, { input, output: new PassThrough() }), errors: io.errors }
  }
  const config = join(dir, 'piped.yaml')
  t.same(await attempt(config, 'kitchen\nkitchen-1\nlong-secret\n'), { code: EXIT.ok, errors: '' })
  t.match(readFileSync(config, 'utf8'), /device_id: kitchen\nusername: kitchen-1\npassword: long-secret\n/)
  for (const answers of ['', 'kitchen', 'kitchen\n\n']) {
    t.same(await attempt(join(dir, 'never.yaml'), answers), {
      code: EXIT.usage, errors: 'The input ended before every question was answered\n'
    })
  }
  t.notOk(existsSync(join(dir, 'never.yaml')))
  t.same(platform.calls, ['auth/register'])
})

t.test('init: registers nothing if the file can not be written', async t => {
  const { platform, dir } = await setUp(t)
  writeFileSync(join(dir, 'file'), '')
  const flags = { authUrl: platform.authUrl, websocketUrl: platform.websocketUrl, deviceId: 'd', username: 'd' }
  const parts = { input: Readable.from([]), output: new PassThrough() }
  const io = terminal({ PASSWORD: 'long-secret' })
  await t.rejects(init({ ...flags, config: join(dir, 'file', 'agent.yaml') }, io, parts))
  t.equal(await init({ ...flags, config: dir, force: true }, io, parts), EXIT.failed)
  t.same(platform.calls, [])
  t.equal(await init({ ...flags, username: 'taken', config: join(dir, 'a.yaml') }, io, parts), EXIT.failed)
  t.same(readdirSync(dir).filter(name => name.includes('a.yaml')), [], 'no file is left behind')
})

t.test('init: an account that is no producer, and a WebSocket URL without a path', async t => {
  const { platform, dir } = await setUp(t)
  const parts = { input: Readable.from([]), output: new PassThrough() }
  const flags = {
    authUrl: platform.authUrl,
    deviceId: 'd',
    username: 'alice',
    existing: true,
    websocketUrl: 'ws://h:8001'
  }
  const answer = (role: string) => async () => ({
    status: 200, headers: { get: () => null }, text: async () => JSON.stringify({ user: { role } })
  })
  const io = terminal({ PASSWORD: 'long-secret' })
  const config = join(dir, 'b.yaml')
  t.equal(await init({ ...flags, config }, io, { ...parts, fetch: answer('consumer') }), EXIT.usage)
  t.equal(io.errors, 'alice is a consumer, and an agent needs the account of a producer\n')
  t.notOk(existsSync(config))
  t.equal(await init({ ...flags, config }, io, { ...parts, fetch: answer('producer') }), EXIT.ok)
  t.match(readFileSync(config, 'utf8'), /websocket_url: ws:\/\/h:8001\/producer\n/)
  const fragment = terminal({ PASSWORD: 'long-secret' })
  t.equal(await init({ ...flags, config, force: true, websocketUrl: 'ws://h/producer#1' }, fragment, parts), EXIT.usage)
  t.match(fragment.errors, /must not have a fragment/)
})

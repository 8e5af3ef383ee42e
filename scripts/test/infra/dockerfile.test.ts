import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { addressEnv } from '@motience/schemas'
import {
  freePort, postgresAvailable, redisAvailable, startRedis, testDatabaseUrl, waitFor
} from '@motience/testing'
import t, { type Test } from 'tap'
import { root } from '../serial/quick-start.js'
import { buildDockerfile, withoutTap, type BuildOptions } from './dockerfile.js'
import { readIgnore } from './dockerignore.js'
import { skipWithout } from './needs.js'

const run = promisify(execFile)
t.setTimeout(240_000)

/** Links the packages that are installed here, in place of the whole `npm ci`, which takes a minute. */
const shareInstalled = async (command: string, workdir: string): Promise<boolean> => {
  if (command !== 'npm ci') return false
  await run('cp', ['-al', join(root, 'node_modules'), join(workdir, 'node_modules')])
  return true
}

t.test('.dockerignore lets sources into the build, and neither secrets nor installed packages', t => {
  const rules = readIgnore('*\n!a\n!b/c\n**/dist\n**/.env*\n')
  for (const path of ['a', 'a/x.ts', 'a/b/y.ts', 'b', 'b/c', 'b/c/z']) t.ok(rules(path), path)
  for (const path of ['other', 'b/d', 'a/dist', 'a/dist/x.js', 'a/b/dist/x', 'a/.env', 'a/.env.local', '.env']) {
    t.notOk(rules(path), path)
  }
  t.end()
})

t.test('hadolint finds nothing in the Dockerfile', { skip: skipWithout('hadolint') }, async t => {
  t.equal((await run('hadolint', ['--failure-threshold', 'style', join(root, 'infra/Dockerfile')])).stdout, '')
})

t.test('the ports of the health check are the defaults of the services', async t => {
  const text = await readFile(join(root, 'infra/healthcheck.mjs'), 'utf8')
  const ports = [...text.matchAll(/\['(\w+_PORT)', (\d+)\]/g)]
  t.equal(ports.length, 6)
  for (const [, name, port] of ports) t.equal(addressEnv[name as keyof typeof addressEnv].default, Number(port), name!)
})

const build = async (t: Test, service: string, replace: BuildOptions['replace']) => {
  const folder = await mkdtemp(join(tmpdir(), 'motience-image-'))
  t.teardown(async () => {
    await run('chmod', ['-R', 'u+w', folder])
    await rm(folder, { recursive: true, force: true })
  })
  // The user of the image has to reach it.
  await chmod(folder, 0o755)
  return await buildDockerfile({
    context: root,
    file: 'infra/Dockerfile',
    folder,
    args: { SERVICE: service },
    env: {
      PATH: process.env['PATH']!,
      HOME: process.env['HOME']!,
      TURBO_CACHE_DIR: join(root, '.turbo/cache'),
      npm_config_prefer_offline: 'true'
    },
    replace
  })
}

/** One of the image's commands, as its user where this process may choose one. */
const asUser = (user: string, [command = '', ...args]: string[]): [command: string, args: string[]] => {
  const program = [command === 'node' ? process.execPath : command, ...args]
  const [uid = '', gid = ''] = user.split(':')
  const identity = ['setpriv', '--reuid', uid, '--regid', gid, '--clear-groups', '--no-new-privs', '--']
  return withoutTap(process.getuid?.() === 0 ? [...identity, ...program] : program)
}

const skip = skipWithout(
  'setpriv', { name: 'PostgreSQL', found: postgresAvailable() }, { name: 'Redis', found: redisAvailable() }
)

t.test('the image of AP starts without write permission, and its health check follows /ready', { skip }, async t => {
  const image = await build(t, 'ap', shareInstalled)
  const app = join(image.folder, image.workdir)
  t.match(image.user, /^[1-9]\d*:[1-9]\d*$/, 'a numeric user, which is not root')

  const packages = await readdir(join(app, 'node_modules'))
  for (const name of ['tap', 'typescript', 'turbo', 'vite', 'patch-package']) {
    t.notOk(packages.includes(name), `no ${name}`)
  }
  t.match(
    await readFile(join(app, 'node_modules/postgres/src/connection.js'), 'utf8'),
    'if (socket === null)',
    'the driver is patched'
  )
  const files = await readdir(join(app, 'services'), { recursive: true })
  t.ok(files.includes('ap/dist/server.js'))
  t.strictSame(
    files.filter(file => !file.includes('node_modules') && /^[^/]+\/(?:src|test)\//.test(file)),
    [],
    'no sources'
  )
  t.notOk(files.some(file => file.startsWith('dsm/dist')), 'no other services')

  const redis = await startRedis()
  t.teardown(() => redis.remove())
  const port = await freePort()
  const env = {
    PATH: process.env['PATH'],
    ...image.env,
    HOST: '127.0.0.1',
    DATA_DIR: join(image.folder, 'data'),
    SERVICE_SECRET: 'a secret of the services',
    DATABASE_URL: await testDatabaseUrl(t),
    REDIS_URL: redis.url,
    AP_PORT: String(port)
  }
  await run('chmod', ['-R', 'a-w', image.folder])
  const writable = asUser(image.user, ['find', image.folder, '-writable', '!', '-type', 'l'])
  t.equal((await run(...writable)).stdout, '', 'the user of the image can write no file')

  const service = spawn(...asUser(image.user, image.exec['ENTRYPOINT']!), {
    cwd: app,
    env,
    stdio: ['ignore', 'pipe', 'pipe']
  })
  let output = ''
  for (const stream of [service.stdout, service.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString()
    })
  }
  const ended = once(service, 'exit')
  t.teardown(() => service.kill('SIGKILL'))
  const ready = async (): Promise<number> => (await fetch(`http://127.0.0.1:${port}/ready`)).status
  await waitFor(async () => {
    if (service.exitCode !== null) throw new Error(output)
    return await ready() === 200
  }, { timeoutMs: 30_000, what: 'the image to be ready' })
  const checkHealth = async (): Promise<number> =>
    await run(...asUser(image.user, image.exec['HEALTHCHECK']!), { cwd: app, env })
      .then(() => 0, (error: { code: number }) => error.code)
  t.equal(await checkHealth(), 0)
  await redis.stop()
  await waitFor(async () => await ready() === 503, { what: '/ready to notice that Redis is gone' })
  t.equal(await checkHealth(), 1)
  await redis.start()
  await waitFor(async () => await ready() === 200, { timeoutMs: 20_000, what: '/ready to notice that Redis is back' })
  service.kill('SIGTERM')
  t.same(await ended, [0, null], 'it shuts down on SIGTERM', { output })
})

t.test('no image is built of a service that does not exist', async t => {
  const installOnly = async (command: string): Promise<boolean> => !command.includes('--workspace')
  await t.rejects(build(t, '', installOnly), { message: /is ap, sm, dsm, wss1, wss2, mqtt, platform or agent/ })
  await t.rejects(build(t, 'other', installOnly), { message: /No workspaces found/ })
})

import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { anyPorts, waitFor } from '@motience/testing'
import t from 'tap'
import { root } from '../serial/quick-start.js'
import { withoutTap } from './dockerfile.js'
import { skipWithout } from './needs.js'

t.setTimeout(60_000)
const run = promisify(execFile)
const folder = join(root, 'infra/systemd')
const skip = skipWithout('systemd-analyze')

/** The values of a unit's settings, of which some are set several times. */
const readUnit = async (name: string): Promise<(key: string) => string[]> => {
  const text = await readFile(join(folder, name), 'utf8')
  return key => [...text.matchAll(new RegExp(`^${key}=(.*)$`, 'gm'))].map(([, value]) => value!)
}

t.test('systemd accepts the units', { skip }, async t => {
  const units = await readdir(folder)
  t.same(units.sort(), ['motience.service', 'motience.target', 'motience@.service'])
  // It also looks for the program, which is elsewhere on some machines.
  const copies = t.testdir()
  for (const unit of units) {
    const text = await readFile(join(folder, unit), 'utf8')
    await writeFile(join(copies, unit), text.replace('/usr/bin/node', process.execPath))
  }
  for (const unit of units) {
    const { stdout, stderr } = await run('systemd-analyze', ['verify', join(copies, unit)])
    t.equal(stdout + stderr, '', unit)
  }
})

t.test('systemd finds the units hardened', { skip }, async t => {
  for (const unit of ['motience.service', 'motience@ap.service']) {
    // Of 10, where 10 is a service without any restriction.
    await run('systemd-analyze', ['security', '--offline=true', '--threshold=20', join(folder, unit)])
    t.pass(unit)
  }
})

t.test('the target wants a unit for each service, and each is a program', async t => {
  const [wants = ''] = (await readUnit('motience.target'))('Wants')
  const services = wants.split(' ').map(unit => /^motience@(\w+)\.service$/.exec(unit)?.[1])
  t.same(services, ['ap', 'sm', 'dsm', 'wss1', 'wss2', 'mqtt'])
  const start = await readFile(join(root, 'infra/start.mjs'), 'utf8')
  for (const service of services) t.match(start, `${service}: 'services/${service}/dist/server.js'`)
})

t.test('both services run the same program in the same way', async t => {
  const one = await readUnit('motience@.service')
  const all = await readUnit('motience.service')
  for (const key of [
    'ExecStart', 'WorkingDirectory', 'Restart', 'DynamicUser', 'ProtectSystem', 'NoNewPrivileges', 'SystemCallFilter',
    'CapabilityBoundingSet', 'RestrictAddressFamilies'
  ]) {
    t.ok(one(key).length > 0, key)
    t.same(one(key), all(key), key)
  }
  t.same(one('Restart'), ['always'])
  t.same(one('ProtectSystem'), ['strict'])
})

t.test('the command of motience.service starts the platform in its state directory', async t => {
  const unit = await readUnit('motience.service')
  const state = await mkdtemp(join(tmpdir(), 'motience-unit-'))
  t.teardown(() => rm(state, { recursive: true, force: true }))
  const settings = Object.fromEntries(
    unit('Environment')
      .join(' ')
      .replaceAll('%S', state)
      .split(' ')
      .map(setting => setting.split('='))
  )
  const [command = ''] = unit('ExecStart')
  const child = spawn(...withoutTap(command.replace('/usr/bin/node', process.execPath).split(' ')), {
    cwd: root, env: { PATH: process.env['PATH'], ...settings, ...anyPorts }
  })
  const ended = once(child, 'exit')
  t.teardown(() => child.kill('SIGKILL'))
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString()
    })
  }
  await waitFor(() => {
    if (child.exitCode !== null) throw new Error(output)
    return output.includes('Motience is ready.')
  }, { timeoutMs: 30_000, what: 'the platform' })
  t.ok(existsSync(join(state, 'motience/service-secret')))
  child.kill('SIGTERM')
  t.same(await ended, [0, null])
})

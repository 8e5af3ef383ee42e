import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { builtinModules } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Platform } from '@motience/platform'
import { anyPorts } from '@motience/testing'
import t, { type Test } from 'tap'
import { root, withoutCoverage } from '../serial/quick-start.js'

t.setTimeout(240_000)

/** Only the workspace's own tools set this condition; its targets are not in the packages. */
const SOURCE_CONDITION = 'motience-source'

type Targets = string | { [condition: string]: Targets }

interface Manifest {
  name: string
  private?: boolean
  dependencies?: Record<string, string>
  exports?: Record<string, Targets>
  imports?: Record<string, Targets>
  bin?: Record<string, string>
}

const readManifest = async (dir: string): Promise<Manifest> =>
  JSON.parse(await readFile(join(dir, 'package.json'), 'utf8')) as Manifest

/** Runs a program to its end. Resolves to what it printed; rejects, with all of its output, where it fails. */
const run = async (command: string, args: string[], cwd: string, env: NodeJS.ProcessEnv = {}): Promise<string> => {
  const child = spawn(command, args, {
    cwd, env: { ...withoutCoverage(), ...env }, stdio: ['ignore', 'pipe', 'pipe'], timeout: 120_000
  })
  let printed = ''
  let errors = ''
  child.stdout.on('data', (chunk: Buffer) => { printed += chunk.toString() })
  child.stderr.on('data', (chunk: Buffer) => { errors += chunk.toString() })
  const [code] = await once(child, 'close') as [number | null]
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}:\n${printed}${errors}`)
  return printed
}

/** The files that an entry of `exports` or `imports` names, whatever the condition. */
const targetsOf = (targets: Targets): string[] => typeof targets === 'string'
  ? [targets]
  : Object.entries(targets).flatMap(([condition, nested]) => condition === SOURCE_CONDITION ? [] : targetsOf(nested))

/** The packages that a built module imports, as they are named in `dependencies`. */
const importsOf = (code: string): string[] =>
  [...code.matchAll(/^(?:import|export|\}).*? from '([^']+)';?$|^import '([^']+)';?$|\bimport\('([^']+)'\)/gm)]
    .map(([, from, bare, dynamic]) => (from ?? bare ?? dynamic)!)
    .filter(name => !/^[.#]|^node:/.test(name) && !builtinModules.includes(name))
    .map(name => name.split('/').slice(0, name.startsWith('@') ? 2 : 1).join('/'))

const packages: { dir: string, manifest: Manifest }[] = []
const lock = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')) as {
  packages: Record<string, { link?: boolean, resolved?: string }>
}
for (const { link, resolved: dir } of Object.values(lock.packages)) {
  if (link !== true || dir === undefined) continue
  const manifest = await readManifest(join(root, dir))
  if (manifest.private !== true) packages.push({ dir, manifest })
}

const folder = await mkdtemp(join(tmpdir(), 'motience-packages-'))
t.teardown(() => rm(folder, { recursive: true, force: true }))
await run('npm', [
  'pack', '--ignore-scripts', '--pack-destination', folder, ...packages.map(({ dir }) => `--workspace=${dir}`)
], root)
await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }))
const tarballs = (await readdir(folder)).filter(name => name.endsWith('.tgz')).map(name => `./${name}`)
await run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', ...tarballs], folder)

const installed = (name: string): string => join(folder, 'node_modules', name)

t.test('every workspace but the tests\' own is public', async t => {
  const names = packages.map(({ manifest }) => manifest.name).sort()
  t.equal(tarballs.length, names.length)
  for (const name of ['@motience/agent', '@motience/client', '@motience/platform', '@motience/schemas']) {
    t.ok(names.includes(name), name)
  }
  t.notOk(names.includes('@motience/testing'))
})

for (const { manifest: { name } } of packages) {
  t.test(`${name} is complete`, async t => {
    const dir = installed(name)
    const { dependencies = {}, exports = {}, imports = {}, bin = {} } = await readManifest(dir)
    for (const file of [...targetsOf(exports), ...targetsOf(imports), ...Object.values(bin)]) {
      t.ok(existsSync(join(dir, file)), `${file} is in the package`)
    }
    for (const [dependency, range] of Object.entries(dependencies)) {
      t.match(range, /^[~^]?\d+\.\d+\.\d+$/, `${dependency} has a version range`)
      if (!dependency.startsWith('@motience/')) continue
      t.ok(packages.some(({ manifest }) => manifest.name === dependency), `${dependency} is public`)
    }
    const files = (await readdir(dir, { recursive: true })).filter(file => !file.startsWith('node_modules'))
    t.strictSame(files.filter(file => /\.test\.|(^|\/)(tests?|testing|suite)(\/|$)/.test(file)), [], 'no tests')
    t.ok(files.includes('README.md'), 'a README')
    const declared = new Set([name, ...Object.keys(dependencies)])
    // The pages of @motience/web are bundles.
    for (const file of files.filter(file => /^dist\/(?!producer\/|consumer\/assets\/).*\.(js|d\.ts)$/.test(file))) {
      const missing = importsOf(await readFile(join(dir, file), 'utf8')).filter(module => !declared.has(module))
      t.strictSame(missing, [], `${file} imports nothing that is not declared`)
    }
  })
}

t.test('every export has types', async () => {
  const entries = packages.flatMap(({ manifest: { name, exports = {} } }) => Object.entries(exports)
    .filter(([entry, targets]) => !entry.endsWith('.json') && targetsOf(targets).length > 0)
    .map(([entry]) => name + entry.slice(1)))
  const code = entries.map((entry, n) => `import * as module${n} from '${entry}'\nexport { module${n} }\n`).join('')
  await writeFile(join(folder, 'types.ts'), code)
  await run(join(root, 'node_modules/.bin/tsc'), [
    '--noEmit', '--strict', '--skipLibCheck', '--target', 'es2022', '--module', 'nodenext', '--types', 'node',
    '--typeRoots', join(root, 'node_modules/@types'), 'types.ts'
  ], folder)
})

/** Starts the installed platform in a process of its own, for the examples that need one. */
const startInstalledPlatform = async (t: Test): Promise<Platform['urls']> => {
  await writeFile(join(folder, 'platform.js'), `
    import { startPlatform } from '@motience/platform'
    const platform = await startPlatform()
    console.log(JSON.stringify(platform.urls))
    process.stdin.resume().once('end', () => platform.close())`)
  const child = spawn(process.execPath, ['platform.js'], {
    cwd: folder,
    env: { ...withoutCoverage(), ...anyPorts, DATA_DIR: join(folder, 'platform-data'), LOG_LEVEL: 'error' },
    stdio: ['pipe', 'pipe', 'inherit']
  })
  const ended = once(child, 'exit')
  t.teardown(async () => {
    child.stdin.end()
    await ended
  })
  const [line] = await Promise.race([
    once(createInterface(child.stdout), 'line') as Promise<[string]>,
    ended.then(() => { throw new Error('The platform did not start') })
  ])
  return JSON.parse(line) as Platform['urls']
}

t.test('the example of every README runs as it is printed', async t => {
  const urls = await startInstalledPlatform(t)
  for (const { manifest: { name, bin, exports } } of packages) {
    await t.test(name, async t => {
      const language = bin === undefined ? 'js' : 'sh'
      const readme = await readFile(join(installed(name), 'README.md'), 'utf8').catch(() => '')
      const example = new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\`$`, 'm').exec(readme)?.[1]
      if (example === undefined && exports === undefined) return t.fail('neither an example nor exports')
      const cwd = join(folder, name.replace('@motience/', 'example-'))
      await mkdir(cwd)
      const file = join(cwd, language === 'js' ? 'example.js' : 'example.sh')
      await writeFile(file, example ?? `
        const names = Object.keys(await import('${name}'))
        if (names.length === 0) throw new Error('No exports')
        console.log(names.join(' '))`)
      const [command, args] = language === 'js' ? [process.execPath, [file]] : ['bash', ['-e', file]]
      const output = await run(command, args, cwd, {
        ...anyPorts,
        AP_URL: urls.ap,
        AUTH_URL: urls.ap,
        SM_URL: urls.sm,
        DSM_URL: urls.dsm,
        PRODUCER_URL: urls.producer,
        WEBSOCKET_URL: urls.producer,
        CONSUMER_URL: urls.consumer,
        DATA_DIR: join(cwd, 'data'),
        STATE_DIRECTORY: join(cwd, 'state'),
        PATH: `${join(folder, 'node_modules/.bin')}:${process.env['PATH']}`
      })
      t.match(output, /\S/, 'it prints something')
      if (name === '@motience/client') t.match(output, /^\d+ \{ temperature: 21\.5 \}$/m, 'the reading arrives')
      if (name === '@motience/platform') t.match(output, /ap: 'http:\/\/127\.0\.0\.1:\d+'/)
      if (name === '@motience/agent') t.match(output, /^cpu/m)
    })
  }
})

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The root folder of the repository. */
export const root = fileURLToPath(new URL('..', import.meta.url))

const MAX_OUTPUT_BYTES = 16_384

const path = name => `${root}${name}`

/**
 * Runs a command in the root folder and rejects if it fails. With `quiet` its output is hidden, and the end of it is
 * part of the error message.
 * @param {string} command
 * @param {string[]} args
 * @param {{ quiet?: boolean, env?: Record<string, string> }} [options]
 */
export const run = (command, args, { quiet = false, env = {} } = {}) => new Promise((resolve, reject) => {
  const child = spawn(command, args, {
    cwd: root,
    env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1', ...env },
    stdio: ['ignore', quiet ? 'pipe' : 'inherit', quiet ? 'pipe' : 'inherit']
  })
  const output = []
  child.stdout?.on('data', chunk => output.push(chunk))
  child.stderr?.on('data', chunk => output.push(chunk))
  child.once('error', reject)
  child.once('exit', (code, signal) => {
    if (code === 0) return resolve()
    const end = Buffer.concat(output).subarray(-MAX_OUTPUT_BYTES).toString()
    reject(new Error(`\`${command} ${args.join(' ')}\` exited with ${signal ?? code}\n${end}`.trimEnd()))
  })
})

const checkNode = () => {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major < 20 || (major === 20 && minor < 19)) {
    throw new Error(`Motience requires Node.js 20.19 or later; this is ${process.version}`)
  }
}

const isInstalled = () => {
  const installed = path('node_modules/.package-lock.json')
  return existsSync(installed) && statSync(installed).mtimeMs >= statSync(path('package-lock.json')).mtimeMs
}

/** Installs the packages of the lock file, unless they are installed. */
export const install = async () => {
  checkNode()
  if (isInstalled()) return
  console.log('Installing packages (once)…')
  await run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { quiet: true })
}

/**
 * Whether the PostgreSQL driver has the patch of infra/patches, which an install with `--ignore-scripts` leaves out.
 */
const isPatched = () =>
  readFileSync(path('node_modules/postgres/src/connection.js'), 'utf8').includes(
    'if (socket === null)\n      return queryError'
  )

/** Builds all packages; turbo caches those that have not changed. */
export const build = async () => {
  if (!isPatched()) await run('npx', ['patch-package', '--patch-dir', 'infra/patches'], { quiet: true })
  if (!existsSync(path('services/ap/dist/server.js'))) console.log('Building (once)…')
  await run('npx', ['turbo', 'run', 'build', '--output-logs=errors-only'], { quiet: true })
}

/**
 * Installs and builds if necessary, then runs a TypeScript file of this folder on the built packages; resolves to its
 * exit code. Started with `--conditions=motience-source`, it runs on the sources of the packages, without a build.
 * @param {string} file path in this folder
 * @param {string[]} args
 * @param {{ cwd?: string }} [options] by default, the file runs in the root folder
 * @returns {Promise<number>}
 */
export const runSource = async (file, args, { cwd = root } = {}) => {
  const runsSources = process.execArgv.includes('--conditions=motience-source')
  if (!runsSources) {
    try {
      await install()
      await build()
    } catch (error) {
      console.error(error.message)
      return 1
    }
  }
  const options = [...runsSources ? ['--conditions=motience-source'] : [], '--import', import.meta.resolve('tsx')]
  const child = spawn(process.execPath, [...options, path(`scripts/${file}`), ...args], { cwd, stdio: 'inherit' })
  // A terminal sends Ctrl-C to both processes: the launcher waits for the other one to shut down.
  process.on('SIGINT', () => {})
  process.on('SIGTERM', () => { child.kill('SIGTERM') })
  const [code] = await once(child, 'exit')
  return code ?? 1
}

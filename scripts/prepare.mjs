import { spawn } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The project's root folder. */
export const root = fileURLToPath(new URL('..', import.meta.url))

const MAX_TOLD_BYTES = 16_384

const path = name => `${root}${name}`

/**
 * Runs a command in the project's root and rejects if it fails. With `quiet` its output is not shown; the end of it is
 * part of the error's message.
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
    const told = Buffer.concat(output).subarray(-MAX_TOLD_BYTES).toString()
    reject(new Error(`\`${command} ${args.join(' ')}\` ended with ${signal ?? code}\n${told}`.trimEnd()))
  })
})

const checkNode = () => {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major < 20 || (major === 20 && minor < 19)) { throw new Error(`Motience needs Node 20.19 or newer; this is ${process.version}`) }
}

const isInstalled = () => {
  const installed = path('node_modules/.package-lock.json')
  return existsSync(installed) && statSync(installed).mtimeMs >= statSync(path('package-lock.json')).mtimeMs
}

/** Installs the packages that the lock file names, unless they are there. */
export const install = async () => {
  checkNode()
  if (isInstalled()) return
  console.log('Installing packages (once)…')
  await run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { quiet: true })
}

/** Whether the PostgreSQL driver has the patch of infra/patches, which an install with `--ignore-scripts` leaves out. */
const isPatched = () =>
  readFileSync(path('node_modules/postgres/src/connection.js'), 'utf8').includes('if (socket === null)\n      return queryError')

/** Builds every package; what did not change is taken from turbo's cache. */
export const build = async () => {
  if (!isPatched()) await run('npx', ['patch-package', '--patch-dir', 'infra/patches'], { quiet: true })
  if (!existsSync(path('services/ap/dist/server.js'))) console.log('Building (once)…')
  await run('npx', ['turbo', 'run', 'build', '--output-logs=errors-only'], { quiet: true })
}

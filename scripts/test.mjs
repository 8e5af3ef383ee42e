import { spawn } from 'node:child_process'
import { mkdir, readFile } from 'node:fs/promises'
import { build, install, root, run } from './prepare.mjs'

/**
 * `npm test`: installs, builds, lints, checks types and the OpenAPI documents, and runs every test. With paths after `--` it
 * runs only those tests. MOTIENCE_REQUIRE_SERVERS=1 makes it an error that PostgreSQL, Redis or Chromium is missing.
 */
const LEAST_COVERAGE = 90

/** Tests that need the machine, or the default ports, for themselves: one after the other, at the end. */
const isSerial = file => file.startsWith('scripts/test/serial/') || file.startsWith('services/web/test/')

const listTests = async () => {
  const files = []
  const { glob } = await import('tinyglobby')
  for (const file of await glob(['{schemas,agent,services/*}/{src,test}/**/*.test.ts', 'scripts/test/**/*.test.ts'], { cwd: root })) files.push(file)
  return files.sort()
}

/** Runs tap on some files and resolves to its own counts of assertions. */
const runTap = async (name, args) => {
  const results = `${root}.tap/${name}.tap`
  await mkdir(`${root}.tap`, { recursive: true })
  const code = await new Promise((resolve, reject) => {
    spawn('npx', ['tap', '--reporter=terse', `--output-file=${results}`, ...args], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] })
      .once('error', reject).once('exit', resolve)
  })
  const { Parser } = await import('tap-parser')
  const counts = await new Promise((resolve, reject) => {
    const parser = new Parser(({ count, pass, fail, skip, todo, bailout }) => resolve({ passed: pass - skip - todo, failed: fail + (bailout ? 1 : 0), skipped: skip + todo, count }))
    readFile(results, 'utf8').then(text => parser.end(text), reject)
  })
  return { ...counts, ok: code === 0 }
}

const readCoverage = async () => {
  const { total } = JSON.parse(await readFile(`${root}.tap/report/coverage-summary.json`, 'utf8'))
  return total.lines.pct
}

const checkEverything = async () => {
  console.log('Checking style, types and the OpenAPI documents…')
  await run('npx', ['eslint', '.', '--max-warnings', '0'], { quiet: true })
  await run('npx', ['turbo', 'run', 'typecheck', '--output-logs=errors-only'], { quiet: true })
  await run('npx', ['tsc', '-p', 'scripts/tsconfig.json'], { quiet: true })
  await run('npx', ['redocly', 'lint', 'schemas/openapi/ap.json', 'schemas/openapi/sm.json', 'schemas/openapi/dsm.json'], { quiet: true, env: { REDOCLY_TELEMETRY: 'off' } })
}

const testEverything = async () => {
  const tests = await listTests()
  const parallel = await runTap('parallel', ['--jobs=2', '--coverage-report=json-summary', '--coverage-report=text', ...tests.filter(file => !isSerial(file))])
  const lines = await readCoverage()
  const serial = await runTap('serial', ['--jobs=1', '--disable-coverage', ...tests.filter(isSerial)])
  console.log(`\nCoverage of lines: ${lines} %`)
  if (lines < LEAST_COVERAGE) console.error(`Coverage of lines is below ${LEAST_COVERAGE} %`)
  return {
    passed: parallel.passed + serial.passed,
    failed: parallel.failed + serial.failed,
    skipped: parallel.skipped + serial.skipped,
    ok: parallel.ok && serial.ok && lines >= LEAST_COVERAGE
  }
}

/** One PostgreSQL for all test files, where there is one; `MOTIENCE_TEST_DATABASE_URL` names another. */
const withPostgres = async test => {
  if (process.env.MOTIENCE_TEST_DATABASE_URL) return test()
  const { postgresAvailable, startPostgres } = await import('@motience/kit/testing')
  if (!postgresAvailable()) return test()
  const server = await startPostgres()
  process.env.MOTIENCE_TEST_DATABASE_URL = server.url
  try {
    return await test()
  } finally {
    await server.remove()
  }
}

const main = async paths => {
  await install()
  await build()
  if (paths.length === 0) await checkEverything()
  return withPostgres(() => paths.length === 0 ? testEverything() : runTap('chosen', ['--jobs=2', '--disable-coverage', ...paths]))
}

try {
  const { passed, failed, skipped, ok } = await main(process.argv.slice(2))
  console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
  process.exitCode = ok && failed === 0 ? 0 : 1
} catch (error) {
  console.error(error.message)
  process.exitCode = 1
}

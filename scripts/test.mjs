import { execFile, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { delimiter, dirname, sep } from 'node:path'
import { promisify } from 'node:util'
import { build, install, root, run } from './prepare.mjs'
import { addCounts, readCounts, readFailures } from './tap-counts.mjs'

/**
 * `npm test`: installs, builds, lints, checks types and the OpenAPI documents, and runs every test. With paths after
 * `--` it runs only those tests. MOTIENCE_REQUIRE_SERVERS=1 makes it an error that PostgreSQL, Redis, Chromium or
 * openapi-python-client is missing; MOTIENCE_TEST_NODES names other versions of Node to run a short suite on.
 */
const LEAST_COVERAGE = 90

/** Tests that need the default ports, or the machine, for themselves. */
const isSerial = file => file.startsWith('scripts/test/serial/')

/** Tests of programs, pages and files of infra/: what they run is not counted as covered. */
const isEndToEnd = file =>
  !isSerial(file) && (file.startsWith('scripts/test/') || file.startsWith('services/web/test/'))

const FOLDERS = ['schemas/src', 'agent/src', 'clients/js/src', 'clients/js/test', 'scripts/test']

const listTests = async () => {
  const services = (await readdir(`${root}services`)).flatMap(service => [
    `services/${service}/src`,
    `services/${service}/test`
  ])
  const found = await Promise.all(
    [...FOLDERS, ...services]
      .filter(folder => existsSync(root + folder))
      .map(async folder =>
        (await readdir(root + folder, { recursive: true })).map(file => `${folder}/${file.replaceAll(sep, '/')}`)
      )
  )
  return found.flat().filter(file => file.endsWith('.test.ts')).sort()
}

/** What is tried on other versions of Node: the start of the platform, sign-in, acceptance, delivery and the agent. */
const ON_EVERY_NODE = [
  'services/platform/src/run-platform.test.ts',
  'services/ap/test/sign-in.test.ts',
  'services/dsm/test/accept.test.ts',
  'services/wss2/test/delivery.test.ts',
  'agent/src/sources/sources.test.ts'
]

/** What failed, told again at the end, where the last lines of a long log are all that somebody reads. */
const failures = []

/** Runs tap on some files, by this or another `node`, and resolves to its own counts of assertions. */
const runTap = async (name, args, node = process.execPath) => {
  const results = `${root}.tap/${name}.tap`
  await mkdir(`${root}.tap`, { recursive: true })
  await rm(results, { force: true })
  const code = await new Promise((resolve, reject) => {
    spawn('npx', ['tap', '--reporter=terse', `--output-file=${results}`, ...args], {
      cwd: root,
      env: {
        ...process.env,
        PATH: `${dirname(node)}${delimiter}${process.env.PATH}`,
        // Node 22 and later keep compiled code, which makes coverage less precise.
        ...args.includes('--disable-coverage') ? { NODE_COMPILE_CACHE: `${root}.tap/compile-cache` } : {}
      },
      stdio: ['ignore', 'inherit', 'inherit']
    })
      .once('error', reject)
      .once('exit', resolve)
  })
  const output = await readFile(results, 'utf8').catch(() => '')
  failures.push(...readFailures(output))
  return readCounts(output, code)
}

/**
 * tsx leaves the sources out of its source maps, as `sourcesContent: [null]`, which the report takes for an empty file.
 * Without the field it reads the file itself.
 */
const dropMissingSources = async folder => {
  for (const file of await readdir(folder)) {
    const coverage = JSON.parse(await readFile(folder + file, 'utf8'))
    for (const { data } of Object.values(coverage['source-map-cache'] ?? {})) {
      if (data?.sourcesContent?.[0] === null) delete data.sourcesContent
    }
    await writeFile(folder + file, JSON.stringify(coverage))
  }
}

/** Percentage of the lines that the tests ran; 0 if tap left no report. */
const readCoverage = async () => {
  try {
    await dropMissingSources(`${root}.tap/coverage/`)
    await run('npx', ['tap', 'report', 'json-summary'], { quiet: true })
    return JSON.parse(await readFile(`${root}.tap/report/coverage-summary.json`, 'utf8')).total.lines.pct
  } catch {
    return 0
  }
}

/** Runs what is checked beside the tests, at the same time; each counts as a test. */
const checkEverything = async () => {
  console.log('Checking style, types and the OpenAPI documents…')
  const checks = [
    ['npx', ['eslint', '.', '--max-warnings', '0']],
    ['npm', ['run', 'typecheck', '--silent']],
    [
      'npx',
      ['redocly', 'lint', 'schemas/openapi/ap.json', 'schemas/openapi/sm.json', 'schemas/openapi/dsm.json'],
      { REDOCLY_TELEMETRY: 'off' }
    ]
  ]
  const results = await Promise.allSettled(
    checks.map(([command, args, env]) => run(command, args, { quiet: true, env }))
  )
  const rejected = results.filter(result => result.status === 'rejected')
  failures.push(...rejected.map(result => result.reason.message))
  return { passed: results.length - rejected.length, failed: rejected.length }
}

/** `MOTIENCE_TEST_NODES`: paths of other versions' `node`, separated by commas. */
const testOtherNodes = async () => {
  const counts = []
  for (const node of (process.env.MOTIENCE_TEST_NODES ?? '').split(',').filter(path => path !== '')) {
    const { stdout } = await promisify(execFile)(node, ['--version'])
    console.log(`Testing on Node ${stdout.trim()}…`)
    counts.push(await runTap(`node-${stdout.trim()}`, ['--jobs=2', '--disable-coverage', ...ON_EVERY_NODE], node))
  }
  return addCounts(...counts)
}

const testEverything = async () => {
  const tests = await listTests()
  const checked = await checkEverything()
  await rm(`${root}.tap/report`, { recursive: true, force: true })
  const parallel = await runTap('parallel', [
    '--jobs=3',
    '--coverage-report=none',
    ...tests.filter(file => !isSerial(file) && !isEndToEnd(file))
  ])
  const lines = await readCoverage()
  const endToEnd = await runTap('end-to-end', ['--jobs=2', '--disable-coverage', ...tests.filter(isEndToEnd)])
  const serial = await runTap('serial', ['--jobs=1', '--disable-coverage', ...tests.filter(isSerial)])
  const otherNodes = await testOtherNodes()
  console.log(`\nCoverage of lines: ${lines} %`)
  const enough = lines >= LEAST_COVERAGE
  if (!enough) failures.push(`Coverage of lines is below ${LEAST_COVERAGE} %`)
  return addCounts(
    checked,
    parallel,
    endToEnd,
    serial,
    otherNodes,
    enough ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 }
  )
}

/** One PostgreSQL for all test files, where there is one; `MOTIENCE_TEST_DATABASE_URL` names another. */
const withPostgres = async test => {
  if (process.env.MOTIENCE_TEST_DATABASE_URL) return test()
  const { postgresAvailable, startPostgres } = await import('@motience/testing')
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
  // The run in which tap builds its plugins by itself would still use the default ones.
  if (!existsSync(`${root}.tap/plugins`)) await run('npx', ['tap', 'build'], { quiet: true })
  return await withPostgres(() =>
    paths.length === 0 ? testEverything() : runTap('chosen', ['--jobs=2', '--disable-coverage', ...paths])
  )
}

try {
  const { passed, failed, skipped } = await main(process.argv.slice(2))
  for (const failure of failures) console.error(`\nFailed: ${failure}`)
  console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
  process.exitCode = failed === 0 ? 0 : 1
} catch (error) {
  console.error(error.message)
  process.exitCode = 1
}

import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import t from 'tap'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** Where commands stand that people are to type: documents, pages, and what programs print. */
const printing = /^(?:[A-Z]+\.md|(?:docs|infra|scripts|schemas|agent|services)\/.*)$/
const read = /\.(?:md|ts|tsx|mjs|js|html|sh|service|json)$/
const made = /(?:^|\/)(?:node_modules|dist|test-results|\.tap)\/|\.test\.ts$|^docs\/bench\//

/** Runs a package by its name, from the registry where it is not installed: npx, npm exec and their like. */
const RUNS =
  /\b(?:npx|npm exec|npm x|pnpm dlx|pnpx|yarn dlx|bunx)((?:[ '",[\]]+-{1,2}[\w-]+)*)[ '",[\]]+(@?[a-z][\w./@-]*)/g
const INSTALLS = /\bnpm (?:install|i|add)((?: +-[\w-]+)*) +(@?[a-z][\w./@-]*)/g

const lock = JSON.parse(await readFile(`${root}package-lock.json`, 'utf8')) as {
  packages: Record<string, { link?: boolean; bin?: Record<string, string> }>
}

/** A package that the lock file takes from the registry, and not from this repository. */
const isPublished = (name: string): boolean => {
  const entry = lock.packages[`node_modules/${name.replace(/(?<=.)@.*$/, '')}`]
  return entry !== undefined && entry.link !== true
}

/** Commands of the packages that are installed from the registry, which the scripts run in the clone. */
const installed = new Set(
  Object.entries(lock.packages)
    .filter(([path, { link }]) => path.startsWith('node_modules/') && link !== true)
    .flatMap(([, { bin }]) => Object.keys(bin ?? {}))
)

const named = (text: string): string[] =>
  [...text.matchAll(RUNS), ...text.matchAll(INSTALLS)].map(([, , name]) => name!)

t.test('no command that is printed fetches a name that is not published', async t => {
  const files = (await readdir(root, { recursive: true })).filter(
    file => printing.test(file) && read.test(file) && !made.test(file)
  )
  const found: [name: string, file: string][] = []
  for (const file of files) for (const name of named(await readFile(root + file, 'utf8'))) found.push([name, file])
  for (const known of ['README.md', 'services/web/src/producer/device-commands.ts']) {
    t.ok(
      found.some(([name, file]) => name === 'wscat' && file === known),
      `${known} is read`
    )
  }
  for (const [name, file] of found) {
    t.ok(isPublished(name) || (file.startsWith('scripts/') && installed.has(name)), `${name}, in ${file}`)
  }
})

t.test('a name of ours is noticed however it is run', async t => {
  const commands = [
    'npx motience-agent init',
    'npx --yes motience-agent',
    "'npx', ['motience-agent'",
    '$ npm exec -- motience-agent',
    'npm i -g motience-agent',
    'bunx @motience/agent'
  ]
  for (const command of commands) t.ok(named(command).some(name => !isPublished(name)), command)
  for (const command of ['npx wscat -c ws://x', "['npx', ['tsc', '-p']]", 'npm install', 'npx tap services/web']) {
    t.ok(
      named(command).every(name => isPublished(name) || installed.has(name)),
      command
    )
  }
})

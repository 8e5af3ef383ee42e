#!/usr/bin/env node
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { build, install } from './prepare.mjs'

const usage = `Makes an administrator: nobody can sign up as one.

  node scripts/create-admin.mjs USERNAME              asks for the password
  node scripts/create-admin.mjs USERNAME < FILE       takes the first line of FILE

The database is that of DATABASE_URL (or DB_HOST and its like), else the embedded one in DATA_DIR, which the
platform must not be using then. With an administrator of that name it changes nothing.`

/** Run from its sources (`--conditions=motience-source`) nothing has to be built. */
const runsSources = process.execArgv.some(argument => argument.includes('motience-source'))

/** Asks without showing what is typed. */
const ask = question => new Promise((resolve, reject) => {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
  const terminal = createInterface({ input: process.stdin, output: silent, terminal: true })
  process.stderr.write(question)
  terminal.once('SIGINT', () => reject(new Error('Nothing was changed')))
  terminal.question('', answer => {
    process.stderr.write('\n')
    terminal.close()
    resolve(answer)
  })
})

const readPassword = async username => process.stdin.isTTY
  ? await ask(`Password for ${username}: `)
  : (await text(process.stdin)).split(/\r?\n/, 1)[0]

const outcomes = {
  created: name => `Made the administrator ${name}.`,
  exists: name => `${name} is an administrator already; nothing was changed.`,
  taken: name => `The name ${name} belongs to a user who is no administrator; choose another.`
}

const main = async ([username, ...rest]) => {
  if (username === undefined || username.startsWith('-') || rest.length > 0) {
    console.error(usage)
    return 2
  }
  if (!runsSources) {
    await install()
    await build()
  }
  const { createAdmin, migrateAp } = await import('@motience/ap')
  const { databaseUrl, openDatabase, readEnv } = await import('@motience/kit')
  const { CommonEnvSchema } = await import('@motience/schemas')

  const env = readEnv(CommonEnvSchema)
  const password = await readPassword(username)
  const database = await openDatabase({
    url: databaseUrl(env),
    dataDir: join(env.DATA_DIR, 'database'),
    pool: 1,
    waitMs: env.DB_WAIT_MS
  })
  try {
    await migrateAp(database)
    const outcome = await createAdmin(database.sql, username, password)
    console.log(outcomes[outcome](username))
    return outcome === 'taken' ? 1 : 0
  } finally {
    await database.close()
  }
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  console.error(`No administrator was made: ${error.message}`)
  process.exitCode = 1
}

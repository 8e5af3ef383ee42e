import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { createAdmin } from '@motience/ap'
import { withDatabase } from './with-database.js'

const usage = `Creates an administrator, which can't be done by registering.

  node scripts/create-admin.mjs USERNAME              prompts for the password
  node scripts/create-admin.mjs USERNAME < FILE       reads the password from the first line of FILE

The database is that of DATABASE_URL (or DB_HOST etc.), or the embedded one in DATA_DIR, in which case the platform must
not be running. If the administrator exists already, nothing is changed.`

/** Prompts without echoing the input. */
const promptHidden = (question: string): Promise<string> => new Promise((resolve, reject) => {
  const silent = new Writable({ write: (_chunk, _encoding, done) => { done() } })
  const terminal = createInterface({ input: process.stdin, output: silent, terminal: true })
  process.stderr.write(question)
  terminal.once('SIGINT', () => { reject(new Error('Interrupted')) })
  terminal.question('', answer => {
    process.stderr.write('\n')
    terminal.close()
    resolve(answer)
  })
})

const readPassword = async (username: string): Promise<string> =>
  process.stdin.isTTY
    ? await promptHidden(`Password for ${username}: `)
    : (await text(process.stdin)).split(/\r?\n/, 1)[0] ?? ''

const outcomes = {
  created: (name: string) => `Created administrator ${name}.`,
  exists: (name: string) => `${name} is already an administrator; nothing was changed.`,
  taken: (name: string) => `The username ${name} belongs to another user; choose a different one.`
}

const main = async ([username, ...rest]: readonly string[]): Promise<number> => {
  if (username === undefined || username.startsWith('-') || rest.length > 0) {
    console.error(usage)
    return 2
  }
  const password = await readPassword(username)
  const outcome = await withDatabase(({ sql }) => createAdmin(sql, username, password))
  console.log(outcomes[outcome](username))
  return outcome === 'taken' ? 1 : 0
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  console.error(`No administrator was created: ${(error as Error).message}`)
  process.exitCode = 1
}

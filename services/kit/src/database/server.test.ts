import t from 'tap'
import { freePort, postgresAvailable, startPostgres, waitFor } from '@motience/testing'
import { openDatabase } from './index.js'

const skip = postgresAvailable() ? false : 'no PostgreSQL on this machine'

t.test('a start waits for a database that is down, logs that, and continues when it is up', { skip }, async t => {
  const server = await startPostgres()
  t.teardown(() => server.remove())
  await server.stop()
  const words: unknown[] = []
  const logger = { info () {}, warn: (...word: unknown[]) => { words.push(word) } }
  const opening = openDatabase({ url: server.url, pool: 2, waitMs: 60_000, logger })
  await waitFor(() => words.length > 0)
  t.match(words, [[{ address: `127.0.0.1:${server.port}/postgres`, reason: 'ECONNREFUSED' }, 'Waiting for PostgreSQL']])
  await server.start()
  const database = await opening
  await t.resolves(database.ping())
  await database.close()
})

t.test('gives up after `waitMs`, without the password in the error', async t => {
  const port = await freePort()
  const error: Error = await openDatabase({ url: `postgres://someone:hunter2@127.0.0.1:${port}/none`, waitMs: 0 }).then(
    () => new Error('opened'),
    (error: Error) => error
  )
  t.match(error, {
    name: 'DatabaseUnavailableError',
    message: `PostgreSQL at 127.0.0.1:${port}/none is unavailable (ECONNREFUSED); gave up after 0 ms`
  })
  t.notMatch(error.message, 'hunter2')
})

t.test('rejects immediately if the database or the user does not exist', { skip }, async t => {
  const server = await startPostgres()
  t.teardown(() => server.remove())
  await t.rejects(openDatabase({ url: server.url.replace(/postgres$/, 'nowhere'), waitMs: 600_000 }), {
    name: 'DatabaseUnavailableError',
    message: /database "nowhere" does not exist/
  })
  await t.rejects(openDatabase({ url: server.url.replace('postgres@', 'nobody@'), waitMs: 600_000 }), {
    name: 'DatabaseUnavailableError',
    message: /role "nobody" does not exist/
  })
})

t.test('the pool recovers after PostgreSQL was restarted, killed or suspended', { skip }, async t => {
  const server = await startPostgres({ durable: true })
  t.teardown(() => server.remove())
  const database = await openDatabase({ url: server.url, pool: 3 })
  t.teardown(() => database.close())
  const answers = () => waitFor(() => database.ping().then(() => true))
  await Promise.all([1, 2, 3].map(n => database.sql`select ${n}::int`))

  const sleeping = t.rejects(database.sql`select pg_sleep(60)`)
  await waitFor(
    async () =>
      (
        await database.sql`select 1 from pg_stat_activity where query like '%pg_sleep(60)' and state = 'active'
          and pid <> pg_backend_pid()`
      ).length
  )
  await server.restart()
  await sleeping
  await answers()

  await server.kill()
  await t.rejects(database.ping(), { name: 'DatabaseUnavailableError' })
  await server.start()
  await answers()

  await server.pause()
  await t.rejects(Promise.all([database.ping(), database.ping()]), {
    name: 'DatabaseUnavailableError',
    message: /did not respond within/
  })
  await server.resume()
  await answers()
})

t.test('a connection that breaks fails only its transaction', { skip }, async t => {
  const server = await startPostgres()
  const database = await openDatabase({ url: server.url, pool: 3, waitMs: 60_000 })
  t.teardown(async () => {
    await database.close()
    await server.remove()
  })
  const { sql } = database
  for (let i = 0; i < 5; i++) {
    let pid = 0
    const transaction = sql.begin(async transaction => {
      const [row] = await transaction<{ pid: number }[]>`SELECT pg_backend_pid() AS pid`
      pid = row!.pid
      await transaction`SELECT pg_sleep(30)`
    })
    const failed = t.rejects(transaction, { code: 'CONNECTION_CLOSED' })
    await waitFor(() => pid)
    await waitFor(async () => (await sql`SELECT pg_terminate_backend(${pid}) AS ended`)[0]!['ended'])
    await failed
    await t.resolves(database.ping())
  }
})

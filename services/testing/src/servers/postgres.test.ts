import t from 'tap'
import postgres from 'postgres'
import { existsSync } from 'node:fs'
import { postgresAvailable } from './find-command.js'
import { startPostgres } from './postgres.js'

const skip = postgresAvailable() ? false : 'no PostgreSQL on this machine'

const ask = async (url: string, query: string): Promise<unknown[]> => {
  const sql = postgres(url, { max: 1, onnotice: () => {} })
  try {
    return [...await sql.unsafe(query)]
  } finally {
    await sql.end({ timeout: 1 })
  }
}

t.test('a durable server keeps committed data after SIGKILL, and restarts on its port', { skip }, async t => {
  const server = await startPostgres({ durable: true })
  t.teardown(() => server.remove())
  t.same(await ask(server.url, 'show fsync'), [{ fsync: 'on' }])
  await ask(server.url, 'create table kept (id int)')
  await ask(server.url, 'insert into kept values (7)')
  await server.kill()
  await t.rejects(ask(server.url, 'select 1'))
  await server.start()
  t.same(await ask(server.url, 'select id from kept'), [{ id: 7 }])
})

t.test('can be restarted and paused, and leaves no files', { skip }, async t => {
  const server = await startPostgres()
  const { pid, dataDir } = server
  await server.restart()
  t.not(server.pid, pid)
  t.same(await ask(server.url, 'show fsync'), [{ fsync: 'off' }])
  await server.pause()
  let answered = false
  const answer = ask(server.url, 'select 1 as one').then(rows => { answered = true; return rows })
  t.notOk(answered)
  await server.resume()
  t.same(await answer, [{ one: 1 }])
  await server.remove()
  t.notOk(existsSync(dataDir))
})

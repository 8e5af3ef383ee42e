import t, { type Test } from 'tap'
import { testDatabase } from '@motience/testing'
import { buildService } from './build-service.js'
import { createLogger } from './logger.js'

/** A logger, and what it has logged. */
const record = () => {
  const lines: string[] = []
  const logger = createLogger('dsm', 'info', { write: line => { lines.push(line) } })
  return { lines, logger, last: () => JSON.parse(lines.at(-1)!) as { err: Record<string, unknown> } }
}

/** PostgreSQL's own error about a row whose value is `classified`. */
const violate = async (t: Test): Promise<Error> => {
  const { sql } = await testDatabase(t)
  await sql`CREATE TABLE things (name text PRIMARY KEY)`
  await sql`INSERT INTO things VALUES (${'classified'})`
  return await sql`INSERT INTO things VALUES (${'classified'})`.then(
    () => {
      throw new Error('Expected a unique violation')
    },
    (error: Error) => error
  )
}

t.test(
  'errors of PostgreSQL are logged without values of rows, also within other errors and by services',
  async t => {
    const error = await violate(t)
    t.match(error, { detail: /classified/ })
    // Fields that the driver adds with its option `debug`, and PostgreSQL if a function or a COPY failed.
    const more = Object.assign(new Error('failed'), {
      query: "SELECT 'classified'",
      parameters: ['classified'],
      args: ['classified'],
      where: 'COPY things, line 1: "classified"',
      internal_query: "SELECT 'classified'"
    })
    const { lines, logger, last } = record()

    logger.error({ err: error }, 'Failed')
    t.match(last().err, {
      type: 'PostgresError',
      message: /duplicate key/,
      stack: /logger\.test/,
      code: '23505',
      table_name: 'things',
      constraint_name: 'things_pkey'
    })
    logger.error({ err: more }, 'Failed')
    t.strictSame(Object.keys(last().err).toSorted(), ['message', 'stack', 'type'])
    logger.error(error)
    t.match(last().err, { code: '23505' })
    logger.child({ service: 'dsm' }).warn({ err: new AggregateError([more, error], 'All failed') }, 'Failed')
    t.match(last().err, { aggregateErrors: [{ message: 'failed' }, { code: '23505' }] })
    logger.warn({ err: Object.assign(new Error('It failed'), { inner: error }) }, 'Failed')
    t.match(last().err, { inner: { code: '23505' } })
    logger.warn({ err: new Error('It failed', { cause: error }) }, 'Failed')
    t.match(last().err, { message: /It failed: duplicate key/ })

    const app = await buildService('dsm', { ready: {}, logger })
    t.teardown(() => app.close())
    app.get('/broken', { schema: { hide: true } }, async () => { throw error })
    t.equal((await app.inject('/broken')).statusCode, 500)
    t.match(last().err, { code: '23505' })

    t.same(lines.filter(line => line.includes('classified')), [])
    t.match(error, { detail: /classified/ }, 'the error itself is unchanged')
  })

t.test('values other than errors are logged unchanged', async t => {
  const { logger, last } = record()
  logger.warn({ err: { detail: 'of ours' } }, 'Told')
  t.same(last().err, { detail: 'of ours' })
  logger.warn({ err: null }, 'Told')
  t.equal(last().err, null)
})

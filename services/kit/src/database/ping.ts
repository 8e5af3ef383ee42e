import type { Sql } from 'postgres'
import { DatabaseUnavailableError } from './database.js'

const PING_MS = 2000

/**
 * Creates a database's `ping`. Concurrent calls share one query: otherwise every probe would add another waiting query
 * to a database that hangs.
 */
export const createPing = (sql: Sql): () => Promise<void> => {
  let asked: Promise<void> | null = null
  const ask = () => {
    asked ??= sql`select 1`.then(() => {}).finally(() => { asked = null })
    return asked
  }
  return async () => {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(
        () => reject(new DatabaseUnavailableError(`The database did not respond within ${PING_MS} ms`)),
        PING_MS
      )
    })
    try {
      await Promise.race([ask(), late])
    } catch (error) {
      if (error instanceof DatabaseUnavailableError) throw error
      throw new DatabaseUnavailableError('The database does not respond', { cause: error })
    } finally {
      clearTimeout(timer)
    }
  }
}

import type { Sql } from 'postgres'
import { DatabaseUnavailableError } from './database.js'

const PING_MS = 2000

/**
 * Makes a database's `ping`. One question is out at a time, whoever asks: a database that hangs would otherwise
 * collect one more waiting query at every probe.
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
        () => reject(new DatabaseUnavailableError(`The database did not answer within ${PING_MS} ms`)),
        PING_MS
      )
    })
    try {
      await Promise.race([ask(), late])
    } catch (error) {
      if (error instanceof DatabaseUnavailableError) throw error
      throw new DatabaseUnavailableError('The database does not answer', { cause: error })
    } finally {
      clearTimeout(timer)
    }
  }
}

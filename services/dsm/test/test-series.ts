import type { Database } from '@motience/kit'
import type { Series } from '@motience/schemas'
import type { Test } from 'tap'
import { fillRaw } from './raw-history.js'
import { testDsm } from './test-dsm.js'

const BASE = Date.parse('2026-03-01T00:00:00Z')

/** A time in milliseconds after the first message of each history, as series report it. */
export const at = (ms: number): string => new Date(BASE + ms).toISOString()

/** DSM with histories that are given by their payloads' texts, and requests for series of the latest one. */
export const testSeries = async (t: Test, databaseKind: Database['kind']) => {
  const { app, get, database } = await testDsm(t, { databaseKind })
  let producerId = 0

  /** Fills the history of a new producer: payloads, or a device with its payload, `stepMs` apart. */
  const fill = async (payloads: readonly (string | [string, string])[], stepMs = 1_000): Promise<void> => {
    const messages = payloads.map((item, n) =>
      typeof item === 'string'
        ? { at: BASE + n * stepMs, payload: item }
        : { at: BASE + n * stepMs, device: item[0], payload: item[1] }
    )
    await fillRaw(database, ++producerId, messages)
  }
  const ask = async (query: Record<string, string>) =>
    await get(`${producerId}/series?${new URLSearchParams(query).toString()}`)
  const series = async <S extends Series = Series>(query: Record<string, string>): Promise<S> => {
    const response = await ask(query)
    if (response.statusCode !== 200) throw new Error(response.body)
    return response.json()
  }
  return { app, fill, ask, series }
}

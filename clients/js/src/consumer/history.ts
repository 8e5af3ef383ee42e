import { comparePositions, type LogPosition } from '@motience/schemas/protocol'
import type { Envelope, HistoryPage } from '@motience/schemas'
import { createBackoff, type Backoff, type BackoffOptions } from '../session/backoff.js'
import { RestError, restErrorOf } from '../session/rest.js'
import { wait } from '../time/wait.js'
import { parsePage } from './envelope-text.js'

/** Messages per page. */
const PAGE_LIMIT = 500
/** Maximum attempts per page. */
const MAX_ATTEMPTS = 6

/** The part of `fetch` that reading history needs. */
export type HistoryFetch = (
  url: string,
  init: { headers: Record<string, string>; signal: AbortSignal }
) => Promise<Response>

export interface HistoryRequest {
  /** URL of DSM, without `/api`. */
  dsmUrl: string
  producerId: number
  /** Start, excluded. */
  after: LogPosition
  /** End, excluded. */
  before: LogPosition
  token: () => Promise<string>
  /** Called when the platform rejects a token. */
  refused: (token: string) => void
  fetch: HistoryFetch
  signal: AbortSignal
  backoff?: BackoffOptions
  /** Called with each page, and awaited before the next request. */
  onPage: (envelopes: Envelope[]) => void | Promise<void>
}

const getPage = async (request: HistoryRequest, cursor: string | null): Promise<HistoryPage> => {
  const { dsmUrl, producerId, after, signal } = request
  const query = new URLSearchParams({
    after: `${after.epoch}-${after.offset}`,
    order: 'asc',
    limit: String(PAGE_LIMIT)
  })
  if (cursor !== null) query.set('cursor', cursor)
  const token = await request.token()
  const response = await request.fetch(`${dsmUrl.replace(/\/+$/, '')}/api/data/${producerId}?${query.toString()}`, {
    headers: { authorization: `Bearer ${token}`, accept: 'application/json' },
    signal
  })
  if (response.ok) return parsePage(await response.text())
  if (response.status === 401) request.refused(token)
  throw restErrorOf(response, await response.text().catch(() => ''))
}

const getPageAgain = async (request: HistoryRequest, cursor: string | null, backoff: Backoff): Promise<HistoryPage> => {
  for (;;) {
    try {
      const page = await getPage(request, cursor)
      backoff.reset()
      return page
    } catch (error) {
      // The next attempt uses a new token.
      const final = error instanceof RestError && error.final && error.status !== 401
      if (final || request.signal.aborted || backoff.failures + 1 >= MAX_ATTEMPTS) throw error
      await wait(backoff.next(error instanceof RestError ? error.retryAfterMs ?? 0 : 0), request.signal)
    }
  }
}

/**
 * Reads one producer's history between two positions from `GET /api/data/{producer_id}`, page by page, in order.
 * Resolves with whether DSM has all messages accepted there. Rejects if DSM can't be reached.
 */
export const readHistory = async (request: HistoryRequest): Promise<{ complete: boolean }> => {
  const backoff = createBackoff(request.backoff)
  let complete = true
  let cursor: string | null = null
  do {
    const page: HistoryPage = await getPageAgain(request, cursor, backoff)
    complete &&= page.complete
    const wanted = page.items.filter(envelope => comparePositions(envelope, request.before) < 0)
    await request.onPage(wanted)
    cursor = wanted.length < page.items.length ? null : page.next_cursor
  } while (cursor !== null)
  return { complete }
}

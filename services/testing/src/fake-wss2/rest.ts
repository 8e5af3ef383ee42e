import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FakeProducerLog } from './producer-log.js'
import type { FakeWss2Settings } from './settings.js'

/** What the REST interface of the fake knows, and how often it was called. */
interface FakeRestDependencies { settings: FakeWss2Settings, logs: ReadonlyMap<number, FakeProducerLog> }

/** The calls to AP and DSM that a consumer makes: sign-in, and history. */
export class FakeRest {
  logins = 0
  historyCalls = 0
  readonly #settings: FakeWss2Settings
  readonly #logs: ReadonlyMap<number, FakeProducerLog>
  #tokens = 0

  constructor ({ settings, logs }: FakeRestDependencies) {
    this.#settings = settings
    this.#logs = logs
  }

  answer (request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1')
    const [status, body] = this.#respond(url)
    response.writeHead(status, { 'content-type': 'application/json', 'retry-after': '0' }).end(JSON.stringify(body))
  }

  #respond (url: URL): [status: number, body: object] {
    const data = /^\/api\/data\/(\d+)$/.exec(url.pathname)
    if (data !== null) return this.#history(Number(data[1]), url)
    if (url.pathname.startsWith('/api/auth/')) return this.#signIn(url)
    return [404, {}]
  }

  #signIn (url: URL): [status: number, body: object] {
    if (url.pathname.endsWith('login')) this.logins++
    if (this.#settings.signIn !== null) {
      return [this.#settings.signIn, { code: 'MOT_AP_BAD_CREDENTIALS', detail: 'Wrong username or password' }]
    }
    return [200, {
      access_token: `access${++this.#tokens}`,
      refresh_token: 'refresh',
      token_type: 'Bearer',
      expires_in: this.#settings.tokenSecs,
      user_id: 1,
      user: { username: 'someone' }
    }]
  }

  #history (producerId: number, url: URL): [status: number, body: object] {
    this.historyCalls++
    const { historyStatus, pageSize, historyComplete } = this.#settings
    if (historyStatus !== null) return [historyStatus, { code: 'MOT_TEST', detail: 'Refused by the test' }]
    const [epoch, offset] = (url.searchParams.get('cursor') ?? url.searchParams.get('after') ?? '0-0')
      .split('-')
      .map(Number) as [number, number]
    const remaining = this.#logs.get(producerId)?.historyAfter({ epoch, offset }) ?? []
    const items = remaining.slice(0, pageSize)
    const last = items.at(-1)
    const nextCursor = remaining.length > items.length && last !== undefined ? `${last.epoch}-${last.offset}` : null
    return [200, { items, next_cursor: nextCursor, complete: historyComplete }]
  }
}

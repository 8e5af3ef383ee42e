import {
  createApClient, createDsmClient, createSmClient, type ApClient, type DsmClient, type SmClient
} from '@motience/schemas'
import type { Dispatcher } from 'undici'
import type { ServiceTokens } from '../auth/service-tokens.js'
import { createInternalCaller, type InternalCaller } from './internal-call.js'

/** URLs of the services to call. */
export interface InternalClientsOptions {
  ap?: string
  sm?: string
  dsm?: string
  /** Authenticates the calls. */
  tokens: ServiceTokens
  /** Maximum time of one attempt in milliseconds; 5 s by default. */
  timeoutMs?: number
}

/** Typed clients of the other services; one without a URL rejects every call. */
export interface InternalClients {
  ap: ApClient
  sm: SmClient
  dsm: DsmClient
  close (): Promise<void>
}

const bodyless = new Set([204, 205, 304])

/** `fetch` through a caller, for clients generated from OpenAPI documents. */
export const fetchBy = (caller: InternalCaller) => async (request: Request): Promise<Response> => {
  const { pathname, search } = new URL(request.url)
  const body = request.body === null ? null : await request.text()
  const answer = await caller.call({
    method: request.method as Dispatcher.HttpMethod,
    path: pathname + search,
    headers: Object.fromEntries(request.headers),
    body
  })
  const headers = new Headers()
  for (const [name, value] of Object.entries(answer.headers)) {
    if (value !== undefined) headers.set(name, [value].flat().join(', '))
  }
  return new Response(bodyless.has(answer.status) ? null : answer.text, { status: answer.status, headers })
}

/**
 * Typed clients of AP, SM and DSM for another service. A response of any status resolves; without one in time they
 * reject with `MOT_UNAVAILABLE` (see `InternalCaller`).
 */
export const createInternalClients = (options: InternalClientsOptions): InternalClients => {
  const { tokens, timeoutMs } = options
  const callers: InternalCaller[] = []
  const client = (name: 'ap' | 'sm' | 'dsm'): { baseUrl: string, fetch: (request: Request) => Promise<Response> } => {
    const url = options[name]
    if (url === undefined) {
      return {
        baseUrl: 'http://unset.invalid',
        fetch: async () => {
          throw new Error(`The URL of ${name.toUpperCase()} is not configured`)
        }
      }
    }
    const caller = createInternalCaller({
      name: name.toUpperCase(),
      url,
      tokens,
      ...(timeoutMs === undefined ? {} : { timeoutMs })
    })
    callers.push(caller)
    return { baseUrl: url, fetch: fetchBy(caller) }
  }
  return {
    ap: createApClient(client('ap')),
    sm: createSmClient(client('sm')),
    dsm: createDsmClient(client('dsm')),
    close: async () => { await Promise.all(callers.map(async caller => { await caller.close() })) }
  }
}

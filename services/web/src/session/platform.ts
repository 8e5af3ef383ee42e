import {
  createApClient, createDsmClient, createSmClient, type AccountRole, type ApClient, type DsmClient, type SmClient
} from '@motience/schemas'
import { resolveConfig, type PageConfig } from '../serve/page-config.js'
import { Session } from './session.js'

/** Access to the platform: its addresses, the session, and typed clients of the three REST services. */
export interface Platform {
  config: PageConfig
  session: Session
  ap: ApClient
  sm: SmClient
  dsm: DsmClient
  /** `fetch` with the session's token, for streamed responses. */
  fetch: (request: Request) => Promise<Response>
}

const TIMEOUT_MS = 20_000

/** Adds the access token; retries once with a new token after a 401. */
const authorized = (session: Session) => async (request: Request): Promise<Response> => {
  const retry = request.clone()
  const send = async (attempt: Request): Promise<{ response: Response, token: string }> => {
    const { token } = await session.get()
    attempt.headers.set('authorization', `Bearer ${token}`)
    return { response: await fetch(attempt), token }
  }
  const { response, token } = await send(request)
  if (response.status !== 401) return response
  session.invalidate(token)
  return (await send(retry)).response
}

const withTimeout = (run: (request: Request) => Promise<Response>) => (request: Request): Promise<Response> =>
  run(new Request(request, { signal: AbortSignal.any([request.signal, AbortSignal.timeout(TIMEOUT_MS)]) }))

/** Loads `config.json` and creates the clients. Rejects if the page's own server can't be reached. */
export const openPlatform = async (role: AccountRole): Promise<Platform> => {
  const response = await fetch('./config.json', { cache: 'no-store' }).catch(() => {
    throw new Error("Can't reach the server")
  })
  if (!response.ok) throw new Error(`The server returned status ${response.status}`)
  const config = resolveConfig(await response.json() as PageConfig, document.baseURI)
  const session = new Session(
    createApClient({ baseUrl: config.ap_url, fetch: withTimeout(request => fetch(request)) }),
    role
  )
  const withToken = authorized(session)
  return {
    config,
    session,
    ap: createApClient({ baseUrl: config.ap_url, fetch: withTimeout(withToken) }),
    sm: createSmClient({ baseUrl: config.sm_url, fetch: withTimeout(withToken) }),
    dsm: createDsmClient({ baseUrl: config.dsm_url, fetch: withTimeout(withToken) }),
    fetch: withToken
  }
}

import {
  createApClient, createDsmClient, createSmClient, type AccountRole, type ApClient, type DsmClient, type SmClient
} from '@motience/schemas'
import { resolveConfig, type PageConfig } from '../serve/config.js'
import { Session } from './session.js'

/** Everything that a page reaches: where it is, who is signed in, and the typed clients of the three REST services. */
export interface Platform {
  config: PageConfig
  session: Session
  ap: ApClient
  sm: SmClient
  dsm: DsmClient
  /** `fetch` with the session's token, for answers that are streamed. */
  fetch: (request: Request) => Promise<Response>
}

const TIMEOUT_MS = 20_000

/** Adds the token, and asks once more with a new one where it was refused. */
const authorized = (session: Session) => async (request: Request): Promise<Response> => {
  const again = request.clone()
  const ask = async (attempt: Request): Promise<{ response: Response, token: string }> => {
    const { token } = await session.get()
    attempt.headers.set('authorization', `Bearer ${token}`)
    return { response: await fetch(attempt), token }
  }
  const { response, token } = await ask(request)
  if (response.status !== 401) return response
  session.invalidate(token)
  return (await ask(again)).response
}

const timely = (run: (request: Request) => Promise<Response>) => (request: Request): Promise<Response> =>
  run(new Request(request, { signal: AbortSignal.any([request.signal, AbortSignal.timeout(TIMEOUT_MS)]) }))

/** Reads `config.json` and makes the clients. Rejects where the page's own server does not answer. */
export const openPlatform = async (role: AccountRole): Promise<Platform> => {
  const response = await fetch('./config.json', { cache: 'no-store' })
  if (!response.ok) throw new Error(`The page's server answered with ${response.status}`)
  const config = resolveConfig(await response.json() as PageConfig, document.baseURI)
  const session = new Session(
    createApClient({ baseUrl: config.ap_url, fetch: timely(request => fetch(request)) }),
    role
  )
  const withToken = authorized(session)
  return {
    config,
    session,
    ap: createApClient({ baseUrl: config.ap_url, fetch: timely(withToken) }),
    sm: createSmClient({ baseUrl: config.sm_url, fetch: timely(withToken) }),
    dsm: createDsmClient({ baseUrl: config.dsm_url, fetch: timely(withToken) }),
    fetch: withToken
  }
}

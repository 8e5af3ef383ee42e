import type { TokenSource } from '@motience/client/consumer'
import type { AccountRole, ApClient, Tokens, User } from '@motience/schemas'
import { signal } from '@preact/signals'
import { unwrap, ApiError } from './api-error.js'
import { sessionOf, SessionStore, type StoredSession } from './session-store.js'

type AccessToken = Awaited<ReturnType<TokenSource['get']>>
type RenewedHandler = Parameters<TokenSource['onRenewed']>[0]

/** Tabs of a browser renew one at a time, because a refresh token can only be used once. */
const withRenewalLock = async <T>(run: () => Promise<T>): Promise<T> =>
  // The API is missing in insecure contexts.
  'locks' in navigator ? await navigator.locks.request('motience.renew', run) : await run()

/** The signed-in user. Provides calls and connections with access tokens, and renews them. */
export class Session implements TokenSource {
  readonly user = signal<User | null>(null)
  readonly expiresAt = signal<number | null>(null)
  /** Why the user has to sign in again; null if they signed out. */
  readonly ended = signal<string | null>(null)
  readonly #store = new SessionStore()
  readonly #handlers = new Set<RenewedHandler>()
  #current: StoredSession | null = null
  #pending: Promise<StoredSession> | null = null
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor (private readonly ap: ApClient, readonly role: AccountRole) {
    const stored = this.#store.load()
    if (stored !== null && stored.user.role === role) this.#use(stored)
    this.#store.onChange(() => {
      const changed = this.#store.load()
      if (changed === null) this.#end(null)
      else this.#use(changed)
    })
  }

  async register (username: string, password: string, deviceId: string | null): Promise<void> {
    const body = { username, password, role: this.role, ...deviceId === null ? {} : { device_id: deviceId } }
    await unwrap(this.ap.POST('/api/auth/register', { body }))
  }

  /** Signs in; rejects accounts of the other role, which has its own page. */
  async login (username: string, password: string, remember: boolean): Promise<void> {
    const requestedAt = Date.now()
    const tokens = await unwrap(this.ap.POST('/api/auth/login', { body: { username, password } })) as Tokens
    if (tokens.user.role !== this.role) {
      await this.ap.POST('/api/auth/logout', { body: { refresh_token: tokens.refresh_token } }).catch(() => null)
      throw new ApiError(
        `This is a ${tokens.user.role} account. Sign in on the ${tokens.user.role} page instead.`,
        403,
        null,
        null
      )
    }
    this.#store.remember = remember
    this.#save(sessionOf(tokens, requestedAt))
  }

  async logout (): Promise<void> {
    const refreshToken = this.#current?.refreshToken
    this.#end(null)
    if (refreshToken === undefined) return
    await this.ap.POST('/api/auth/logout', { body: { refresh_token: refreshToken } }).catch(() => null)
  }

  async get (): Promise<AccessToken> {
    const current = this.#current
    if (current === null) throw new ApiError('Not signed in', 401, null, null)
    if (Date.now() < current.renewAt) return this.#access(current)
    try {
      return this.#access(await this.#renew())
    } catch (error) {
      // While AP is unavailable, the current token is used until it expires.
      if (this.#current !== null && Date.now() < this.#current.expiresAt) return this.#access(this.#current)
      throw error
    }
  }

  invalidate (token: string): void {
    if (this.#current?.accessToken !== token) return
    this.#current = { ...this.#current, renewAt: 0, expiresAt: 0 }
  }

  onRenewed (handler: RenewedHandler): () => void {
    this.#handlers.add(handler)
    return () => { this.#handlers.delete(handler) }
  }

  #renew (): Promise<StoredSession> {
    this.#pending ??= withRenewalLock(async () => {
      const other = this.#store.load()
      if (other !== null && other.accessToken !== this.#current?.accessToken && Date.now() < other.renewAt) {
        this.#use(other)
        return other
      }
      return await this.#refresh()
    }).finally(() => { this.#pending = null })
    return this.#pending
  }

  async #refresh (): Promise<StoredSession> {
    if (this.#current === null) throw new ApiError('Not signed in', 401, null, null)
    const requestedAt = Date.now()
    try {
      const tokens = (await unwrap(
        this.ap.POST('/api/auth/refresh', { body: { refresh_token: this.#current.refreshToken } })
      )) as Tokens
      const session = sessionOf(tokens, requestedAt)
      this.#save(session)
      return session
    } catch (error) {
      if (error instanceof ApiError && error.final) this.#end('Your session has ended. Sign in again.')
      throw error
    }
  }

  #save (session: StoredSession): void {
    this.#store.save(session)
    this.#use(session)
  }

  #use (session: StoredSession): void {
    this.#current = session
    this.ended.value = null
    this.expiresAt.value = session.expiresAt
    if (this.user.peek()?.id !== session.user.id) this.user.value = session.user
    this.#scheduleRenewal(session.renewAt - Date.now())
    const access = this.#access(session)
    for (const handler of this.#handlers) handler(access)
  }

  #scheduleRenewal (ms: number): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      this.#renew().catch(() => { if (this.#current !== null) this.#scheduleRenewal(5000) })
    }, Math.min(Math.max(ms, 0), 2 ** 31 - 1))
  }

  #end (reason: string | null): void {
    clearTimeout(this.#timer)
    this.#store.clear()
    this.#current = null
    this.expiresAt.value = null
    this.user.value = null
    this.ended.value = reason
  }

  #access (session: StoredSession): AccessToken {
    return {
      token: session.accessToken,
      expiresAt: session.expiresAt,
      userId: session.user.id,
      username: session.user.username
    }
  }
}

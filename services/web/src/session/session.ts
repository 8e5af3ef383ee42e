import type { TokenSource } from '@motience/client/consumer'
import type { AccountRole, ApClient, Tokens, User } from '@motience/schemas'
import { signal } from '@preact/signals'
import { answered, AnswerError } from './answer.js'
import { sessionOf, SessionStore, type StoredSession } from './stored.js'

type AccessToken = Awaited<ReturnType<TokenSource['get']>>
type RenewedHandler = Parameters<TokenSource['onRenewed']>[0]

/** Renewals of one browser follow each other, so that two tabs never spend the same refresh token. */
const alone = async <T>(run: () => Promise<T>): Promise<T> =>
  // The API is missing where the page does not come from a secure context.
  'locks' in navigator ? await navigator.locks.request('motience.renew', run) : await run()

/** Who is signed in at this page. Gives every call and connection its token, and keeps it fresh. */
export class Session implements TokenSource {
  readonly user = signal<User | null>(null)
  readonly expiresAt = signal<number | null>(null)
  /** Why the person has to sign in again; null where that is no surprise. */
  readonly ended = signal<string | null>(null)
  readonly #store = new SessionStore()
  readonly #handlers = new Set<RenewedHandler>()
  #current: StoredSession | null = null
  #pending: Promise<StoredSession> | null = null
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor (private readonly ap: ApClient, readonly role: AccountRole) {
    const stored = this.#store.load()
    if (stored !== null && stored.user.role === role) this.#take(stored)
    this.#store.onChange(() => {
      const changed = this.#store.load()
      if (changed === null) this.#end(null)
      else this.#take(changed)
    })
  }

  async register (username: string, password: string, deviceId: string | null): Promise<void> {
    const body = { username, password, role: this.role, ...deviceId === null ? {} : { device_id: deviceId } }
    await answered(this.ap.POST('/api/auth/register', { body }))
  }

  /** Signs in; rejects for an account of the other role, which has a page of its own. */
  async login (username: string, password: string, remember: boolean): Promise<void> {
    const askedAt = Date.now()
    const tokens = await answered(this.ap.POST('/api/auth/login', { body: { username, password } })) as Tokens
    if (tokens.user.role !== this.role) {
      await this.ap.POST('/api/auth/logout', { body: { refresh_token: tokens.refresh_token } }).catch(() => null)
      throw new AnswerError(`This is a ${tokens.user.role}'s account; this page is for ${this.role}s`, 403, null, null)
    }
    this.#store.remember = remember
    this.#keep(sessionOf(tokens, askedAt))
  }

  async logout (): Promise<void> {
    const spent = this.#current?.refreshToken
    this.#end(null)
    if (spent !== undefined) { await this.ap.POST('/api/auth/logout', { body: { refresh_token: spent } }).catch(() => null) }
  }

  async get (): Promise<AccessToken> {
    const current = this.#current
    if (current === null) throw new AnswerError('Not signed in', 401, null, null)
    if (Date.now() < current.renewAt) return this.#access(current)
    try {
      return this.#access(await this.#renew())
    } catch (error) {
      // A token that still lives is better than none while AP is away.
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
    this.#pending ??= alone(async () => {
      const other = this.#store.load()
      if (other !== null && other.accessToken !== this.#current?.accessToken && Date.now() < other.renewAt) {
        this.#take(other)
        return other
      }
      return await this.#refresh()
    }).finally(() => { this.#pending = null })
    return this.#pending
  }

  async #refresh (): Promise<StoredSession> {
    if (this.#current === null) throw new AnswerError('Not signed in', 401, null, null)
    const askedAt = Date.now()
    try {
      const tokens = (await answered(
        this.ap.POST('/api/auth/refresh', { body: { refresh_token: this.#current.refreshToken } })
      )) as Tokens
      const session = sessionOf(tokens, askedAt)
      this.#keep(session)
      return session
    } catch (error) {
      if (error instanceof AnswerError && error.final) this.#end('Your session has ended. Sign in again to go on.')
      throw error
    }
  }

  #keep (session: StoredSession): void {
    this.#store.save(session)
    this.#take(session)
  }

  #take (session: StoredSession): void {
    this.#current = session
    this.ended.value = null
    this.expiresAt.value = session.expiresAt
    if (this.user.peek()?.id !== session.user.id) this.user.value = session.user
    this.#plan(session.renewAt - Date.now())
    const access = this.#access(session)
    for (const handler of this.#handlers) handler(access)
  }

  #plan (ms: number): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      this.#renew().catch(() => { if (this.#current !== null) this.#plan(5000) })
    }, Math.min(Math.max(ms, 0), 2 ** 31 - 1))
  }

  #end (why: string | null): void {
    clearTimeout(this.#timer)
    this.#store.clear()
    this.#current = null
    this.expiresAt.value = null
    this.user.value = null
    this.ended.value = why
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

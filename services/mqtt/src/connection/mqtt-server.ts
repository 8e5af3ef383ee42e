import { isRevokedBy, TokenVerifier, type Authenticator, type RevokedAccess } from '@motience/kit'
import type { Duplex } from 'node:stream'
import { reasons } from '../wire/reasons.js'
import { Client, type ClientDependencies } from './client.js'

/** Interval of the checks of keep alive, expiry and connect timeouts, in milliseconds. */
const SWEEP_MS = 250

/** Share of the time to drain that is kept for closing the connections. */
const CLOSING_SHARE = 0.25

/** The clients of one process, over TCP and WebSocket. */
export class MqttServer {
  readonly #dependencies: ClientDependencies
  readonly #verifier: TokenVerifier
  readonly #clients = new Set<Client>()
  readonly #sweeper: NodeJS.Timeout
  #onEmpty: (() => void) | null = null

  constructor (authenticator: Authenticator, dependencies: Omit<ClientDependencies, 'verifier' | 'ended'>) {
    this.#verifier = new TokenVerifier(authenticator, revoked => { this.#revoke(revoked) })
    this.#dependencies = {
      ...dependencies,
      verifier: this.#verifier,
      ended: client => {
        this.#clients.delete(client)
        if (this.#clients.size === 0) this.#onEmpty?.()
      }
    }
    this.#sweeper = setInterval(() => { this.#sweep() }, SWEEP_MS)
    this.#sweeper.unref()
  }

  /** Open connections, including those of clients that have not been admitted. */
  get size (): number { return this.#clients.size }

  /** Serves a client on a stream. */
  accept (stream: Duplex): void { this.#clients.add(new Client(stream, this.#dependencies)) }

  /** Lets each client's messages in flight finish for a time, and closes all connections. */
  async drain (drainMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<void>(resolve => { timer = setTimeout(resolve, drainMs * (1 - CLOSING_SHARE)) })
    await Promise.all([...this.#clients].map(async client => {
      await Promise.race([client.finish(), late])
      client.close(reasons.serverShuttingDown)
    }))
    clearTimeout(timer)
    for (const client of this.#clients) client.close(reasons.serverShuttingDown)
    clearInterval(this.#sweeper)
    this.#verifier.close()
  }

  #sweep (): void {
    const now = performance.now()
    const wallClock = Date.now()
    for (const client of this.#clients) client.sweep(now, wallClock)
  }

  #revoke (revoked: RevokedAccess): void {
    for (const client of this.#clients) {
      if (client.identity !== null && isRevokedBy(client.identity, revoked)) client.close(reasons.notAuthorized)
    }
  }
}

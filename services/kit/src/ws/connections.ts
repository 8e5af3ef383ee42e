import type { Identity } from '../auth/index.js'
import { closeCodes } from '@motience/schemas'
import type { Connection } from './connection.js'
import { isRevokedBy, type RevokedAccess } from './token-verifier.js'

/** A slot for one connection of a user. */
export interface ConnectionSlot { release (): void }

/**
 * The connections of one server, and how many each user has. A slot is taken before the handshake, so that a burst
 * can't exceed the limits.
 */
export class Connections {
  readonly #max: number
  readonly #maxPerUser: number
  readonly #open = new Set<Connection>()
  readonly #perUser = new Map<string, number>()
  #taken = 0
  #waiting: (() => void)[] = []

  constructor (max: number, maxPerUser: number) {
    this.#max = max
    this.#maxPerUser = maxPerUser
  }

  get size (): number { return this.#open.size }

  [Symbol.iterator] (): IterableIterator<Connection> { return this.#open.values() }

  /** Takes one of the server's slots; null if there is none left. */
  takeSlot (): ConnectionSlot | null {
    if (this.#taken >= this.#max) return null
    this.#taken++
    return once(() => { this.#taken-- })
  }

  /**
   * Takes one of the user's slots, or of the device key's, because a fleet has one owner; null if there is none left.
   */
  takeUserSlot (identity: Identity): ConnectionSlot | null {
    const key = identity.userId === 0 || identity.deviceOnly ? identity.sid : String(identity.userId)
    const count = this.#perUser.get(key) ?? 0
    if (count >= this.#maxPerUser) return null
    this.#perUser.set(key, count + 1)
    return once(() => {
      const left = (this.#perUser.get(key) ?? 1) - 1
      if (left === 0) this.#perUser.delete(key)
      else this.#perUser.set(key, left)
    })
  }

  add (connection: Connection): void { this.#open.add(connection) }

  delete (connection: Connection): void {
    this.#open.delete(connection)
    if (this.#open.size > 0) return
    for (const resolve of this.#waiting) resolve()
    this.#waiting = []
  }

  /** Resolves when the last connection is closed. */
  async emptied (): Promise<void> {
    if (this.#open.size > 0) await new Promise<void>(resolve => this.#waiting.push(resolve))
  }

  /** Closes the connections of a revocation: with 4003 if the user is disabled, else with 4001. */
  revoke (revoked: RevokedAccess): void {
    for (const connection of this.#open) {
      if (!isRevokedBy(connection.identity, revoked)) continue
      if (revoked.reason === 'disabled') connection.close(closeCodes.forbidden, 'User disabled')
      else connection.close(closeCodes.tokenInvalid, 'Token revoked')
    }
  }
}

const once = (release: () => void): ConnectionSlot => {
  let released = false
  return {
    release: () => {
      if (released) return
      released = true
      release()
    }
  }
}

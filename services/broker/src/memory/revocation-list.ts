import type { Revocation, Revocations } from '../broker.js'

/** Key of a revocation; a later one with the same key replaces it. */
const revocationName = (revocation: Revocation): string =>
  revocation.kind === 'session' ? `session:${revocation.sid}` : `user:${revocation.userId}`

/** Revocations in force. One whose tokens have all expired is removed, which bounds the list. */
export const createRevocationList = (now: () => number) => {
  const items = new Map<string, Revocation>()
  let complete = false

  const add = (revocations: readonly Revocation[]): void => {
    for (const revocation of revocations) {
      const name = revocationName(revocation)
      const had = items.get(name)
      if (had === undefined || had.expiresAt < revocation.expiresAt) items.set(name, { ...revocation })
    }
  }

  const dropExpired = (): void => {
    for (const [name, { expiresAt }] of items) {
      if (expiresAt <= now()) items.delete(name)
    }
  }

  return {
    add (revocations: readonly Revocation[]): void {
      dropExpired()
      add(revocations)
    },
    restoreUser: (userId: number): void => { items.delete(`user:${userId}`) },
    /** Revoked sessions stay: one may have been added while the caller collected the others. */
    replace (revocations: readonly Revocation[]): void {
      for (const [name, { kind }] of items) {
        if (kind === 'user') items.delete(name)
      }
      add(revocations)
      complete = true
    },
    read (): Revocations {
      dropExpired()
      return { complete, items: [...items.values()] }
    },
  }
}

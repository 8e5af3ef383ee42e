import type { KeyIdentity, KeyKind, Scope, User } from '@motience/schemas'
import { createHash, randomBytes } from 'node:crypto'

/** A key to make. */
export interface FakeKey {
  userId: number
  role?: User['role']
  device?: string
  scopes?: Scope[]
  /** 24 by default. */
  expiresInHours?: number
}

/** How a fake AP finds a key. */
export const keyName = (kind: KeyKind, id: string, secretHash: string): string => `${kind}:${id}:${secretHash}`

/** The users of a fake AP, and who can no longer sign in. */
export interface FakeDirectory {
  readonly users: Map<number, User>
  readonly revokedSessions: Set<string>
  readonly disabledUsers: Set<number>
  /** Instances that reported devices and are not forgotten. */
  readonly reporters: Set<string>
  /** What keys may do, by id and hash of the secret. */
  readonly keys: Map<string, KeyIdentity>
  /** A key of a user, in the catalogue or not; a device key with `device`, else an API key. */
  addKey (key: FakeKey): { text: string, sid: string }
  add (user: { role: User['role'], id?: number, username?: string, device_id?: string | null }): User
}

export const createFakeDirectory = (): FakeDirectory => {
  const users = new Map<number, User>()
  const keys = new Map<string, KeyIdentity>()
  return {
    users,
    revokedSessions: new Set(),
    disabledUsers: new Set(),
    reporters: new Set(),
    keys,
    addKey: ({ userId, role = 'producer', device, scopes = ['data:write'], expiresInHours = 24 }) => {
      const kind: KeyKind = device === undefined ? 'api' : 'device'
      const id = randomBytes(6).toString('hex')
      const secret = randomBytes(32).toString('hex').slice(0, 43)
      const unlisted: User = { id: userId, username: `${role}-${userId}`, role, device_id: null, created_at: '' }
      const sid = `key:${id}:0`
      keys.set(keyName(kind, id, createHash('sha256').update(secret).digest('hex')), {
        sid,
        user: users.get(userId) ?? unlisted,
        key: { id, kind, scopes, device_id: device ?? null },
        expires_at: new Date(Date.now() + expiresInHours * 3_600_000).toISOString()
      })
      return { text: `mot_${kind === 'device' ? 'd' : 'k'}_${id}_${secret}`, sid }
    },
    add: ({ role, id = Math.max(0, ...users.keys()) + 1, username = `${role}-${id}`, device_id: deviceId = null }) => {
      const user: User = { id, username, role, device_id: deviceId, created_at: new Date().toISOString() }
      users.set(id, user)
      return user
    }
  }
}

import type { User } from '@motience/schemas'

/** The users of a fake AP, and who can no longer sign in. */
export interface FakeDirectory {
  readonly users: Map<number, User>
  readonly revokedSessions: Set<string>
  readonly disabledUsers: Set<number>
  add (user: { role: User['role'], id?: number, username?: string, device_id?: string | null }): User
}

export const createFakeDirectory = (): FakeDirectory => {
  const users = new Map<number, User>()
  return {
    users,
    revokedSessions: new Set(),
    disabledUsers: new Set(),
    add: ({ role, id = Math.max(0, ...users.keys()) + 1, username = `${role}-${id}`, device_id: deviceId = null }) => {
      const user: User = { id, username, role, device_id: deviceId, created_at: new Date().toISOString() }
      users.set(id, user)
      return user
    }
  }
}

import type { Sql } from 'postgres'
import type { Clock } from '../clock.js'
import { endSessions } from '../sessions/end-sessions.js'
import type { UserRow } from './users.js'

/**
 * Changes that end sessions. Each is one transaction, which also notes that the broker is to be told; whoever calls it
 * has to announce that next. Once more changes nothing.
 */
export interface Administration {
  /** Disables a user and ends its sessions; false if there is no such user. */
  disable (userId: number): Promise<boolean>
  /** Lets a user sign in again; what ended stays ended. False if there is no such user. */
  enable (userId: number): Promise<boolean>
  /** Ends all sessions of a user; false if there is no such user. */
  revoke (userId: number): Promise<boolean>
  /** Replaces the hash that was compared and ends all sessions but one; false if it is no longer that hash. */
  changePassword (change: { userId: number, from: string, to: string, keepSession: string }): Promise<boolean>
}

export const createAdministration = (sql: Sql, clock: Clock): Administration => {
  const change = async (userId: number, disable: boolean): Promise<boolean> => await sql.begin(async tx => {
    const [user] = await tx<
      Pick<UserRow, 'disabled_at'>[]
    >`SELECT disabled_at FROM ap.users WHERE id = ${userId} FOR NO KEY UPDATE`
    if (!user) return false
    const now = clock()
    if ((user.disabled_at !== null) !== disable) {
      await tx`UPDATE ap.users SET disabled_at = ${disable ? new Date(now) : null} WHERE id = ${userId}`
      await tx`INSERT INTO ap.announcements (user_id) VALUES (${userId})`
    }
    if (disable) await endSessions(tx, userId, 'all', 'revoked', now)
    return true
  })

  return {
    disable: async userId => await change(userId, true),
    enable: async userId => await change(userId, false),

    revoke: async userId => await sql.begin(async tx => {
      const rows = await tx`SELECT 1 FROM ap.users WHERE id = ${userId} FOR NO KEY UPDATE`
      if (rows.length === 0) return false
      await endSessions(tx, userId, 'all', 'revoked', clock())
      return true
    }),

    changePassword: async ({ userId, from, to, keepSession }) => await sql.begin(async tx => {
      const { count } =
        await tx`UPDATE ap.users SET password_hash = ${to} WHERE id = ${userId} AND password_hash = ${from}`
      if (count === 0) return false
      await endSessions(tx, userId, { except: keepSession }, 'password-changed', clock())
      return true
    })
  }
}

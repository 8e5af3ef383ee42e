import type { Role, User } from '@motience/schemas'
import type { Sql } from 'postgres'

/** A user as the database has it. */
export interface UserRow {
  id: number
  username: string
  password_hash: string
  role: Exclude<Role, 'service'>
  device_id: string | null
  /** Instants come from the driver as RFC 3339 text in UTC. */
  created_at: string
  disabled_at: string | null
}

/** What a new user is made of. */
export type NewUser = Pick<UserRow, 'username' | 'password_hash' | 'role' | 'device_id'> & { created_at: Date }

/** The user as clients see it. */
export const publicUser = (row: Omit<UserRow, 'password_hash' | 'disabled_at'>): User => ({
  id: row.id,
  username: row.username,
  role: row.role,
  device_id: row.device_id,
  created_at: row.created_at
})

/** PostgreSQL stores no NUL in text, so nothing that has one can be found. */
export const isStorable = (text: string): boolean => !text.includes('\0')

/** Users in `ap.users`. */
export interface Users {
  /** The new user, or null if the name is taken in whatever case. */
  insert (user: NewUser): Promise<UserRow | null>
  byName (username: string): Promise<UserRow | null>
  byId (id: number): Promise<UserRow | null>
}

export const createUsers = (sql: Sql): Users => ({
  async insert ({ username, password_hash: hash, role, device_id: device, created_at: createdAt }) {
    // The unique index decides: of two that register the same name at once, one gets no row.
    const [row] = await sql<UserRow[]>`
      INSERT INTO ap.users (username, password_hash, role, device_id, created_at)
      VALUES (${username}, ${hash}, ${role}, ${device}, ${createdAt})
      ON CONFLICT (lower(username)) DO NOTHING
      RETURNING *`
    return row ?? null
  },

  async byName (username) {
    if (!isStorable(username)) return null
    const [row] = await sql<UserRow[]>`SELECT * FROM ap.users WHERE lower(username) = lower(${username})`
    return row ?? null
  },

  async byId (id) {
    const [row] = await sql<UserRow[]>`SELECT * FROM ap.users WHERE id = ${id}`
    return row ?? null
  }
})

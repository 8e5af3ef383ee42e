import { PasswordSchema, UsernameSchema } from '@motience/schemas'
import { Value } from '@sinclair/typebox/value'
import type { Sql } from 'postgres'
import { createPasswords } from '../passwords/passwords.js'
import { weaknessOf } from '../passwords/weak-password.js'
import { createUsers } from './users.js'

/** What became of `createAdmin`. `exists`: there is such an admin already, and nothing was changed. */
export type CreatedAdmin = 'created' | 'exists' | 'taken'

/**
 * Makes an administrator: nobody can sign up as one. `taken`: the name belongs to another kind of user.
 * Throws a RangeError that says what is wrong with a name or password.
 */
export const createAdmin = async (sql: Sql, username: string, password: string): Promise<CreatedAdmin> => {
  if (!Value.Check(UsernameSchema, username)) {
    throw new RangeError('The username must be 3 to 64 letters, digits or . _ @ + -, and begin with a letter or digit')
  }
  if (!Value.Check(PasswordSchema, password)) throw new RangeError('The password must be 8 to 128 characters')
  const weakness = weaknessOf(password, username)
  if (weakness !== null) throw new RangeError(`The password is too easy to guess: ${weakness}`)
  const users = createUsers(sql)
  const existing = await users.byName(username)
  if (existing) return existing.role === 'admin' ? 'exists' : 'taken'
  const passwords = await createPasswords()
  const made = await users.insert({
    username,
    password_hash: await passwords.hash(password),
    role: 'admin',
    device_id: null,
    created_at: new Date()
  })
  return made ? 'created' : 'taken'
}

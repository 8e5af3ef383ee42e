import { BoundedMap, ProblemError } from '@motience/kit'
import type { ApClient, Role } from '@motience/schemas'

/** What SM knows of a user. */
export interface KnownUser { username: string, role: Role }

/** The users of AP. */
export interface Directory {
  /** Resolves to null if there is no such user. Rejects with MOT_UNAVAILABLE if AP is unavailable. */
  find (userId: number): Promise<KnownUser | null>
}

/** Maximum users in the cache. Names and roles never change, so entries do not expire. */
const MAX_USERS = 10_000

/** Reads users from AP and caches those that exist. */
export const createDirectory = (ap: ApClient): Directory => {
  const cache = new BoundedMap<number, KnownUser>(MAX_USERS)
  const pending = new Map<number, Promise<KnownUser | null>>()

  const fetchUser = async (id: number): Promise<KnownUser | null> => {
    const { data, response } = await ap.GET('/api/users/{id}', { params: { path: { id } } })
    if (response.status === 404) return null
    if (data === undefined) {
      throw new ProblemError('MOT_UNAVAILABLE', 'AP is unavailable, users cannot be looked up', {
        retryAfterSecs: 1,
        cause: new Error(`AP answered ${response.status}`)
      })
    }
    const user = { username: data.username, role: data.role }
    cache.set(id, user)
    return user
  }

  return {
    async find (userId) {
      const user = cache.get(userId)
      if (user) return user
      let request = pending.get(userId)
      if (!request) {
        request = fetchUser(userId).finally(() => { pending.delete(userId) })
        pending.set(userId, request)
      }
      return await request
    }
  }
}

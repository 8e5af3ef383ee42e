import { BoundedMap, ProblemError } from '@motience/kit'
import type { ApClient, Role } from '@motience/schemas'

/** What SM wants to know of a user. */
export interface KnownUser { username: string, role: Role }

/** Who there is, as AP knows it. */
export interface Directory {
  /** Resolves to null if there is no such user. Rejects with MOT_UNAVAILABLE if AP does not tell. */
  find (userId: number): Promise<KnownUser | null>
}

/** Most users that are remembered; a name and a role never change, so that they need no other bound. */
const MAX_USERS = 10_000

/** Asks AP for users, and remembers those that there are. */
export const createDirectory = (ap: ApClient): Directory => {
  const known = new BoundedMap<number, KnownUser>(MAX_USERS)
  const asked = new Map<number, Promise<KnownUser | null>>()

  const ask = async (id: number): Promise<KnownUser | null> => {
    const { data, response } = await ap.GET('/api/users/{id}', { params: { path: { id } } })
    if (response.status === 404) return null
    if (data === undefined) {
      throw new ProblemError('MOT_UNAVAILABLE', "The users can't be looked up now", {
        retryAfterSecs: 1,
        cause: new Error(`AP answered ${response.status}`)
      })
    }
    const user = { username: data.username, role: data.role }
    known.set(id, user)
    return user
  }

  return {
    async find (userId) {
      const user = known.get(userId)
      if (user) return user
      let question = asked.get(userId)
      if (!question) {
        question = ask(userId).finally(() => { asked.delete(userId) })
        asked.set(userId, question)
      }
      return await question
    }
  }
}

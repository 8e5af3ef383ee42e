import { setTimeout as pause } from 'node:timers/promises'
import type { RedisArgument } from 'redis'
import { asFailure, replyCode } from './failure.js'
import type { PubSub } from './pub-sub.js'
import type { Master } from './master.js'
import type { ScriptName } from './scripts/index.js'

/** Maximum number of redirections per call. */
const MAX_REDIRECTIONS = 5

/** Target of a MOVED or ASK (`MOVED 866 127.0.0.1:7001`). */
const targetOf = (error: unknown): string => error instanceof Error ? error.message.split(' ')[2] ?? '' : ''

/**
 * Runs a script on the server of its first key. After a Cluster's redirection, nothing was done, so the call is
 * repeated at the target. `args` is called for each attempt, because a deadline depends on the server's clock.
 */
export const createScriptRunner =
  (pubSub: PubSub) =>
    async (
      name: ScriptName,
      keys: readonly string[],
      args: (master: Master) => readonly RedisArgument[]
    ): Promise<unknown> => {
      let redirected: Master | undefined
      for (let attempt = 0; ; attempt++) {
        const master = redirected ?? pubSub.masterOf(keys[0]!)
        try {
          return await master.run(name, keys, args(master), redirected !== undefined)
        } catch (error) {
          redirected = undefined
          const code = replyCode(error)
          // A former master: the current one has to be found.
          if (code === 'READONLY' || code === 'MASTERDOWN') master.connection.destroy(`it returned ${code}`)
          if (attempt >= MAX_REDIRECTIONS) throw asFailure(error)
          if (code === 'MOVED') await pubSub.refresh()
          else if (code === 'ASK') redirected = pubSub.masterAt(targetOf(error))
          else if (code === 'TRYAGAIN') await pause(20)
          else throw asFailure(error)
        }
      }
    }

export type RunScript = ReturnType<typeof createScriptRunner>

import { setTimeout as pause } from 'node:timers/promises'
import type { RedisArgument } from 'redis'
import { asFailure, replyCode } from './failure.js'
import type { PubSub } from './pub-sub.js'
import type { Master } from './master.js'
import type { ScriptName } from './scripts/index.js'

/** Most redirections that one call follows. */
const MAX_REDIRECTIONS = 5

/** Where a MOVED or ASK sends a call to (`MOVED 866 127.0.0.1:7001`). */
const targetOf = (error: unknown): string => error instanceof Error ? error.message.split(' ')[2] ?? '' : ''

/**
 * Runs a script where its first key is. A redirection of a Cluster means that nothing was done, so the call is made
 * again at the right place. `args` is asked for each attempt, because a deadline is by the clock of the server.
 */
export const createRun =
  (link: PubSub) =>
    async (
      name: ScriptName,
      keys: readonly string[],
      args: (master: Master) => readonly RedisArgument[]
    ): Promise<unknown> => {
      let asked: Master | undefined
      for (let attempt = 0; ; attempt++) {
        const master = asked ?? link.masterOf(keys[0]!)
        try {
          return await master.run(name, keys, args(master), asked !== undefined)
        } catch (error) {
          asked = undefined
          const code = replyCode(error)
          // Whoever is no master any more has to be looked for anew.
          if (code === 'READONLY' || code === 'MASTERDOWN') master.connection.destroy(`it answered ${code}`)
          if (attempt >= MAX_REDIRECTIONS) throw asFailure(error)
          if (code === 'MOVED') await link.refresh()
          else if (code === 'ASK') asked = link.masterAt(targetOf(error))
          else if (code === 'TRYAGAIN') await pause(20)
          else throw asFailure(error)
        }
      }
    }

export type Run = ReturnType<typeof createRun>

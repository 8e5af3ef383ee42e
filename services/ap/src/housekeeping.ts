import type { Logger } from '@motience/kit'
import type { Sessions } from './sessions/sessions.js'
import type { Keyring } from './tokens/keyring.js'

/** Most dead sessions that one round forgets; the rest wait for the next. */
const FORGET_AT_ONCE = 5_000

/**
 * Every minute, or as often as the keys' life asks for: makes the next signing key when it is due, and forgets
 * sessions of which no token lives. Returns what ends it and waits for the round that runs.
 */
export const startHousekeeping = ({
  keyring, sessions, log
}: {
  keyring: Keyring
  sessions: Sessions
  log: Logger
}): (() => Promise<void>) => {
  let running: Promise<void> | undefined

  const round = async () => {
    try {
      await keyring.refresh()
      await sessions.forget(FORGET_AT_ONCE)
    } catch (error) {
      log.warn({ err: error }, 'Failed to look after the keys and sessions')
    }
    running = undefined
  }

  const timer = setInterval(() => { running ??= round() }, keyring.refreshMs)
  timer.unref()
  return async () => {
    clearInterval(timer)
    await running
  }
}

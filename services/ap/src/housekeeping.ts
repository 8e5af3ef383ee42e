import type { Logger } from '@motience/kit'
import type { Keyring } from './tokens/keyring.js'

/** Maximum number of each that one round forgets; the rest wait for the next. */
const FORGET_AT_ONCE = 5_000

/**
 * Every minute, or as often as the keys' life asks for: makes the next signing key when it is due, and forgets
 * what nobody can use any more (`forget`): sessions, claims, keys. Returns what ends it and waits for the round that
 * runs.
 */
export const startHousekeeping = ({
  keyring, forget, log
}: {
  keyring: Keyring
  forget: readonly ((limit: number) => Promise<unknown>)[]
  log: Logger
}): (() => Promise<void>) => {
  let running: Promise<void> | undefined

  const round = async () => {
    try {
      await keyring.refresh()
      for (const forgetSome of forget) await forgetSome(FORGET_AT_ONCE)
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

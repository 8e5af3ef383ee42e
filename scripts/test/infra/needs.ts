import { findCommand, serversRequired } from '@motience/testing'

/** Why a test that runs these commands has to be skipped, or false; an error where MOTIENCE_REQUIRE_SERVERS=1. */
export const skipWithout = (...commands: (string | { name: string, found: boolean })[]): string | false => {
  const missing = commands
    .map(command => typeof command === 'string' ? { name: command, found: findCommand(command) !== null } : command)
    .filter(({ found }) => !found)
    .map(({ name }) => name)
  if (missing.length === 0) return false
  if (serversRequired()) throw new Error(`MOTIENCE_REQUIRE_SERVERS=1, and this machine lacks ${missing.join(' and ')}`)
  return `This machine lacks ${missing.join(' and ')}`
}

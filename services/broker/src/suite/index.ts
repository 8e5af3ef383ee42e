import type { Test } from 'tap'
import { acceptSuite } from './accept.js'
import { channelsSuite } from './channels.js'
import { knownSessionsSuite } from './known-sessions.js'
import { logSuite } from './log.js'
import type { OpenBroker } from './parts.js'
import { repeatsSuite } from './repeats.js'
import { revocationsSuite } from './revocations.js'
import { unstoredSuite } from './unstored.js'

export type { OpenBroker } from './parts.js'

/** Times for tests in which nothing fails, on a machine that may be busy. */
export const patience = { probeMs: 5000, timeoutMs: 15_000 }

/**
 * Everything that every broker does, in whichever form. Revocations come first: they begin on a server that has none.
 */
export const brokerSuite = async (t: Test, open: OpenBroker): Promise<void> => {
  await t.test('revocations', t => revocationsSuite(t, open))
  await t.test('accepting', t => acceptSuite(t, open))
  await t.test('repeats', t => repeatsSuite(t, open))
  await t.test('sessions with a history', t => knownSessionsSuite(t, open))
  await t.test('the log', t => logSuite(t, open))
  await t.test('what waits to be stored', t => unstoredSuite(t, open))
  await t.test('channels', t => channelsSuite(t, open))
}

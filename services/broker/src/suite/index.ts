import type { Test } from 'tap'
import { acceptSuite } from './accept.js'
import { channelsSuite } from './channels.js'
import { knownSessionsSuite } from './known-sessions.js'
import { logSuite } from './log.js'
import type { OpenBroker } from './fixtures.js'
import { repeatsSuite } from './repeats.js'
import { revocationsSuite } from './revocations.js'
import { unstoredSuite } from './unstored.js'

export type { OpenBroker } from './fixtures.js'

/** Timeouts for tests without faults, on a machine that may be busy. */
export const lenientTimeouts = { probeMs: 5000, timeoutMs: 15_000 }

/** The tests that every broker passes, in every form. Revocations come first: they need a server without any. */
export const brokerSuite = async (t: Test, open: OpenBroker): Promise<void> => {
  await t.test('revocations', t => revocationsSuite(t, open))
  await t.test('accepting', t => acceptSuite(t, open))
  await t.test('repeats', t => repeatsSuite(t, open))
  await t.test('sessions with a history', t => knownSessionsSuite(t, open))
  await t.test('the log', t => logSuite(t, open))
  await t.test('messages that are not stored', t => unstoredSuite(t, open))
  await t.test('channels', t => channelsSuite(t, open))
}

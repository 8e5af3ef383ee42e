import { acceptScript } from './accept.js'
import { probeScript, publishControlScript } from './control.js'
import { headScript, openEpochScript, raiseVersionScript } from './epoch.js'
import { loggedEpochsScript, readLogScript, trimLogScript } from './log.js'
import { replaceScript, restoreScript, revocationsScript, revokeScript } from './revocations.js'

/** All scripts of the broker. They are loaded on each new connection. */
export const scripts = {
  accept: acceptScript,
  openEpoch: openEpochScript,
  raiseVersion: raiseVersionScript,
  head: headScript,
  readLog: readLogScript,
  loggedEpochs: loggedEpochsScript,
  trimLog: trimLogScript,
  revoke: revokeScript,
  restore: restoreScript,
  replace: replaceScript,
  revocations: revocationsScript,
  publishControl: publishControlScript,
  probe: probeScript
} as const

export type ScriptName = keyof typeof scripts

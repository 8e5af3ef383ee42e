import { acceptScript } from './accept.js'
import { probeScript, publishControlScript } from './control.js'
import { headScript, openEpochScript, raiseVersionScript } from './epoch.js'
import { loggedEpochsScript, readLogScript, trimLogScript } from './log.js'
import { replaceScript, restoreScript, revocationsScript, revokeScript } from './revocations.js'

/** Every script of the broker. A new connection hands all of them to its server. */
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

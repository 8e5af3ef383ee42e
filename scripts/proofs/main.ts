import { ackAfterFdatasync } from './ack-after-fdatasync.js'
import { diskFull } from './disk-full.js'
import { dsmStopped } from './dsm-stopped.js'
import { resumeLatency } from './resume-latency.js'
import { fleetRepeats } from './fleet-repeats.js'
import { postgresHangs } from './postgres-hangs.js'
import { restore } from './restore.js'
import { rollbacks, staleFailovers } from './rollbacks.js'
import { rollingRestart } from './rolling-restart.js'
import { restartLatency } from './restart-latency.js'
import { stalledConsumers } from './stalled-consumers.js'

/** `npm run prove -- <name>`: shows one promise on real servers, with figures. Each takes a minute or a few. */
const proofs: Record<string, () => Promise<void>> = {
  'ack-after-fdatasync': ackAfterFdatasync,
  'disk-full': diskFull,
  'dsm-stopped': dsmStopped,
  'resume-latency': resumeLatency,
  'fleet-repeats': fleetRepeats,
  'postgres-hangs': postgresHangs,
  restore,
  rollbacks,
  'stale-failovers': staleFailovers,
  'restart-latency': restartLatency,
  'rolling-restart': rollingRestart,
  'stalled-consumers': stalledConsumers
}

const names = process.argv.slice(2)
if (names.length === 0 || names.some(name => !(name in proofs))) {
  console.error(`Say which: ${Object.keys(proofs).join(', ')}`)
  process.exit(2)
}
for (const name of names) {
  console.log(`\n${name}`)
  await proofs[name]!()
}
process.exit()

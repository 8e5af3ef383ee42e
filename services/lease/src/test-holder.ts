import { acquireLease } from './index.js'

// Run by a test as another process: acquires the given folder, under a host name of its own, until it is asked to exit.
const [folder = '', host = '', staleMs = '10000'] = process.argv.slice(2)
const lease = await acquireLease(folder, {
  host,
  waitMs: 60_000,
  staleMs: Number(staleMs),
  onWait: holder => { process.send?.({ waitsFor: holder.host }) },
  onLost: () => { process.exit(3) }
})
process.send?.('held')
process.on('message', () => {
  lease.release().then(() => process.exit(0), () => process.exit(1))
})

import { openBuffer } from '../src/buffer/buffer.js'
import { createProducer } from '../src/producer/producer.js'
import { monotonicMs } from '../src/time/monotonic.js'

/**
 * A device whose seconds are short: it takes readings up to a number, sends them, says how far it is, and is killed.
 */
const [dir, authUrl, websocketUrl, last] = process.argv.slice(2) as [string, string, string, string]
const PER_TURN = 50

const buffer = await openBuffer({ dir, boot: 'boot', mono: monotonicMs, capBytes: 64 * 1024 * 1024 })
const producer = createProducer({
  authUrl,
  websocketUrl,
  username: 'pi',
  password: 'long-secret',
  deviceId: 'pi',
  buffer,
  drainRate: 40_000,
  backoff: { minMs: 5, maxMs: 20 }
})
const say = () => { process.stdout.write('.') }
let acks = 0
producer.events.on('ack', () => { if (++acks % 100 === 0) say() })

const take = async () => {
  while (buffer.stats().lastN < Number(last)) {
    for (let i = 0; i < PER_TURN && buffer.stats().lastN < Number(last); i++) {
      producer.send({ second: buffer.stats().lastN + 1, temperature: 21.5 })
    }
    say()
    await new Promise(resolve => setImmediate(resolve))
  }
}
await take()
say()
if (process.argv[6] === 'offline') process.exit(0)
await producer.drained(60_000)
await producer.close()
process.exit(0)

import { openBuffer } from '@motience/client/buffer'
import { lightFetch } from '../../../agent/src/http/light-fetch.js'
import { createProducer } from '@motience/client/producer'
import { createSensors } from '../../../agent/src/sensors/index.js'
import { monotonicMs, readBootId } from '@motience/client/time'

/** The agent's work without its waits: read all sensors, store, send, wait for the ack; a sample's time is a second. */
const [dir, authUrl, websocketUrl, samples] = process.argv.slice(2) as [string, string, string, string]
const buffer = await openBuffer({ dir, boot: readBootId(), mono: monotonicMs })
const producer = createProducer({
  authUrl,
  websocketUrl,
  username: 'pi',
  password: 'long-secret',
  deviceId: 'bench',
  compression: true,
  buffer,
  fetch: lightFetch
})
const sensors = createSensors({ load: () => buffer.stats() })
await new Promise<void>(resolve => producer.events.once('online', resolve))
const rss: number[] = []
for (let i = 1; i <= Number(samples); i++) {
  producer.send({ ...sensors.read(1) })
  await producer.drained(10_000)
  if (i % Math.ceil(Number(samples) / 100) === 0) rss.push(process.memoryUsage.rss())
}
process.stdout.write(JSON.stringify(rss))
await producer.close()
process.exit(0)

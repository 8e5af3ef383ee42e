import { setTimeout as pause } from 'node:timers/promises'
import { waitFor } from '@motience/testing'
import { startProducer } from '../chaos/producer.js'
import { createAccount, type Account } from '../fleet/accounts.js'
import { storedNumbers } from './stored-numbers.js'
import { withFleet } from './with-fleet.js'

/**
 * DSM is stopped for a minute while 100 producers send as fast as they may: WSS1's memory is bounded, and nothing acked
 * is lost.
 */
const PRODUCERS = 100
const STOPPED_MS = 60_000

export const dsmStopped = () => withFleet({}, async ({ fleet, database }) => {
  const accounts: Account[] = []
  for (let i = 0; i < PRODUCERS; i++) accounts.push(await createAccount(fleet.urls.ap, `flood-${i}`, 'producer'))
  const producers = accounts.map(account =>
    startProducer(fleet.urls, account, { rate: 200, window: 5000, padding: 1000 })
  )
  const wss1 = fleet.instances.find(instance => instance.name === 'wss1')!
  const dsm = fleet.instances.find(instance => instance.name === 'dsm')!
  await waitFor(() => producers.every(producer => producer.messages.some(message => message.ackedAt !== null)), {
    timeoutMs: 60_000,
    what: 'the first acks'
  })
  await pause(5000)

  const before = await wss1.residentBytes()
  let most = before
  await dsm.kill()
  const until = performance.now() + STOPPED_MS
  while (performance.now() < until) {
    most = Math.max(most, await wss1.residentBytes())
    await pause(250)
  }
  await dsm.start()
  for (const producer of producers) producer.finish()
  await waitFor(() => producers.every(producer => producer.pending() === 0), {
    timeoutMs: 120_000,
    what: 'every message to be acked'
  })

  const stored = await storedNumbers(database.url)
  let acked = 0
  let lost = 0
  for (const producer of producers) {
    for (const message of producer.messages) {
      if (message.ackedAt === null) continue
      acked++
      if (!stored.get(producer.producerId)?.has(message.number)) lost++
    }
  }
  console.log(
    `With DSM stopped for ${STOPPED_MS / 1000} s and ${PRODUCERS} producers WSS1 grew by ` +
    `${((most - before) / 2 ** 20).toFixed(1)} MiB (from ${(before / 2 ** 20).toFixed(0)} MiB)`
  )
  console.log(`${acked} messages acked, ${lost} of them not stored`)
  await Promise.all(producers.map(producer => producer.close()))
  if (lost > 0 || most - before > 64 * 2 ** 20) process.exitCode = 1
})

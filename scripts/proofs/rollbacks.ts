import { cp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { waitFor } from '@motience/testing'
import { startConsumer, type Clash, type PositionNumbers } from '../chaos/consumer.js'
import { startAccessChanges } from '../chaos/access-changes.js'
import { createLedger } from '../chaos/ledger.js'
import { startProducer } from '../chaos/producer.js'
import { createRandom, type Random } from '../chaos/random.js'
import { startFaultyRedis } from '../chaos/faulty-redis.js'
import { createAccount, subscribe } from '../fleet/accounts.js'
import { storedNumbers } from './stored-numbers.js'
import { withFleet, withFleetOn, type ProofParts } from './with-fleet.js'

const ROLLBACKS = Number(process.env['ROLLBACKS'] ?? 100)

/** Makes Redis come back older than it was, and resolves once it answers again. */
type RollBack = (random: Random) => Promise<void>

/**
 * Redis comes back older than it was, over and over. No place may name two messages, nothing may reach who was revoked,
 * every loss must be announced.
 */
const rollBackOver = async (
  { fleet, database }: Pick<ProofParts, 'fleet' | 'database'>,
  rollBack: RollBack
): Promise<void> => {
  const random = createRandom(1)
  const { urls } = fleet
  const producerAccount = await createAccount(urls.ap, 'rollback-producer', 'producer')
  const names = new Map([[producerAccount.user.id, producerAccount.username]])
  const positions: PositionNumbers = new Map()
  const clashes: Clash[] = []
  const start = async (username: string) => {
    const account = await createAccount(urls.ap, username, 'consumer')
    await subscribe(urls.sm, account, producerAccount.user.id)
    return startConsumer(urls, account, names, positions, clashes)
  }
  const steady = await start('rollback-steady')
  const changing = await start('rollback-changing')
  const readerOf = (consumer: typeof steady) => consumer.readers.get(producerAccount.user.id)!
  readerOf(steady).granted.push({ from: 0, to: Infinity })
  const changes = startAccessChanges(
    urls.sm,
    changing.account,
    producerAccount.user.id,
    readerOf(changing),
    createRandom(2)
  )
  const producer = startProducer(urls, producerAccount, { rate: 100 })

  let rolledBack = 0
  for (let i = 0; i < ROLLBACKS; i++) {
    const ackedBefore = producer.messages.filter(message => message.ackedAt !== null).length
    await waitFor(() => producer.messages.filter(message => message.ackedAt !== null).length > ackedBefore + 20, {
      timeoutMs: 60_000,
      what: 'acks after a rollback'
    })
    await rollBack(random)
    rolledBack++
    if (rolledBack % 20 === 0) console.log(`${rolledBack} rollbacks, ${producer.messages.length} messages`)
  }
  await changes.stop()
  // With a rollback every second, access often ends before what a rollback took can be read from history: only the
  // steady one is judged for holes.
  readerOf(changing).granted = []
  producer.finish()
  await waitFor(() => producer.pending() === 0, { timeoutMs: 60_000, what: 'every message to be acked' })
  await waitFor(() => new Set(readerOf(steady).numbers).size >= producer.messages.length, {
    timeoutMs: 60_000,
    what: 'the steady consumer to have everything'
  }).catch((error: unknown) => {
    console.log(String(error))
  })

  const stored = new Map([[producer.name, [...(await storedNumbers(database.url)).get(producer.producerId) ?? []]]])
  const ledger = createLedger(new Map([[producer.name, producer.messages]]), stored, [
    readerOf(steady),
    readerOf(changing)
  ])
  const { faults, ...sums } = ledger
  if (faults.length > 0) console.table(faults)
  console.table({
    rollbacks: rolledBack,
    ...sums,
    'conflicting positions': clashes.length,
    'access changes': changes.changes()
  })
  console.table({ steady: steady.reported, changing: changing.reported })
  console.log(
    'Repeats: a message that was published, never acked, and forgotten by Redis is numbered again in the new epoch.'
  )
  await producer.close()
  await Promise.all([steady.close(), changing.close()])
  if (clashes.length + ledger.afterRevocation + ledger.ackedNotStored + ledger.gaps > 0) process.exitCode = 1
}

/** Redis is killed, and its files are put back to how they were up to a second before. */
export const rollbacks = () => withFleet({}, async parts => {
  const { redis } = parts
  const files = join(redis.dataDir, 'appendonlydir')
  const older = join(redis.dataDir, 'older')
  await rollBackOver(parts, async random => {
    await rm(older, { recursive: true, force: true })
    await cp(files, older, { recursive: true })
    await pause(random.between(50, 1000))
    await redis.kill()
    await rm(files, { recursive: true, force: true })
    await cp(older, files, { recursive: true })
    await redis.start()
  })
})

/** Sentinels fail over to a replica that missed what was written last. */
export const staleFailovers = () =>
  withFleetOn(
    () => startFaultyRedis('sentinel'),
    {},
    parts => rollBackOver(parts, parts.redis.failOverStale)
  )

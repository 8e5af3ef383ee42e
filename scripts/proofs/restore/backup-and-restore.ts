import { waitFor } from '@motience/testing'
import { createAccount } from '../../fleet/accounts.js'
import { createPlaces, type RestoreSums } from './ledger.js'
import { openReader, readHistory, send, signInAgain, subscribe, unsubscribe, type Urls } from './clients.js'

/** The platform, as far as a restore is concerned. */
export interface RestorablePlatform {
  readonly urls: Urls
  start (): Promise<void>
  stop (): Promise<void>
}

/** One way to back up and to put back. */
export interface RestoreForm {
  name: string
  /** Up to which number one of the parts still has what was acked: none of it may be lost. */
  keepsUpTo: number
  /** Whether the database is put back, and with it who is subscribed. */
  forgetsSubscriptions: boolean
  /** When 1 to `numbers.backedUp` were sent, while the platform runs; one that can't run stops and starts it itself. */
  backUp (): Promise<void>
  /** When 1 to `numbers.later` were sent: a second part is backed up, or a moment is noted. */
  backUpLater? (): Promise<void>
  /** While the platform is stopped. */
  restore (): Promise<void>
}

/**
 * Up to which number messages are sent before the backup, before the later one, in all before the restore, and so on.
 */
export const numbers = {
  backedUp: 100,
  later: 150,
  seen: 200,
  sent: 220,
  repeatedFrom: 211,
  restored: 260,
  cut: 280,
  end: 290
} as const

const ACCEPT_MS = 30_000

/** What it came to, and the first places that name two messages. */
export interface LivedThrough { sums: RestoreSums, clashes: readonly string[] }

let runs = 0

/**
 * Lives through a backup and a restore with one producer and the consumers that may go wrong, and says what it came to:
 * a steady one that resumes, one revoked before the backup, one revoked after the restore, and one that subscribes in
 * between.
 */
export const liveThrough = async (platform: RestorablePlatform, form: RestoreForm): Promise<LivedThrough> => {
  const places = createPlaces()
  const run = `restore-${process.pid}-${++runs}`
  const account = (name: string, role: 'producer' | 'consumer') =>
    createAccount(platform.urls.ap, `${run}-${name}`, role)
  const producer = await account('producer', 'producer')
  const steady = await account('steady', 'consumer')
  const revoked = await account('revoked', 'consumer')
  const cut = await account('cut', 'consumer')
  const late = await account('late', 'consumer')
  const producerId = producer.user.id
  for (const consumer of [steady, revoked, cut]) await subscribe(platform.urls, consumer, producerId)
  await unsubscribe(platform.urls, revoked, producerId)

  let reader = await openReader(platform.urls, steady, producerId, places)
  const acked = new Set(await send(platform.urls, producer, 1, numbers.backedUp, places))
  await waitFor(() => reader.numbers.length === numbers.backedUp, { what: 'the reader to have what is backed up' })
  await form.backUp()
  if (reader.position !== null) {
    const { position } = reader
    reader.close()
    reader = await openReader(platform.urls, steady, producerId, places, position)
  }
  for (const number of await send(platform.urls, producer, numbers.backedUp + 1, numbers.later, places)) {
    acked.add(number)
  }
  await form.backUpLater?.()
  await subscribe(platform.urls, late, producerId)
  for (const number of await send(platform.urls, producer, numbers.later + 1, numbers.seen, places)) acked.add(number)
  await waitFor(() => reader.numbers.at(-1) === numbers.seen, { what: 'the reader to have what came after' })
  const { position } = reader
  reader.close()
  for (const number of await send(platform.urls, producer, numbers.seen + 1, numbers.sent, places)) acked.add(number)

  await platform.stop()
  await form.restore()
  await platform.start()
  for (const one of [producer, steady, revoked, cut, late]) await signInAgain(platform.urls, one)

  const since = performance.now()
  const kept = new Set<number>()
  const sendKept = async (from: number, to: number): Promise<void> => {
    const sent = await waitFor(async () => {
      const sent = await send(platform.urls, producer, from, to, places)
      return sent.length === to - from + 1 && sent
    }, { timeoutMs: ACCEPT_MS, what: `${from} to ${to} to be accepted after the restore` })
    for (const number of sent) kept.add(number)
  }

  // The reader comes back before the producer sends, and again afterwards.
  reader = await openReader(platform.urls, steady, producerId, places, position)
  const cutReader = await openReader(platform.urls, cut, producerId, places)
  const revokedReader = await openReader(platform.urls, revoked, producerId, places)
  await sendKept(numbers.repeatedFrom, numbers.restored)
  const acceptedMs = performance.now() - since
  const isUpToDate = (one: typeof reader) => one.numbers.at(-1) === numbers.restored
  await waitFor(() => isUpToDate(reader), {
    timeoutMs: ACCEPT_MS,
    what: 'the reader to have what came after the restore'
  })
  reader.close()
  const again = await openReader(platform.urls, steady, producerId, places, position)
  await waitFor(() => isUpToDate(again), { timeoutMs: ACCEPT_MS, what: 'the reader to resume' })
  again.close()

  await unsubscribe(platform.urls, cut, producerId)
  await sendKept(numbers.restored + 1, numbers.cut)
  await subscribe(platform.urls, late, producerId)
  const lateReader = await openReader(platform.urls, late, producerId, places)
  await sendKept(numbers.cut + 1, numbers.end)
  await waitFor(() => lateReader.numbers.at(-1) === numbers.end, {
    timeoutMs: ACCEPT_MS,
    what: 'the late one to see what it may'
  })
  const own = await waitFor(() => readHistory(platform.urls, producer, producerId, places), {
    timeoutMs: ACCEPT_MS,
    what: 'the history'
  })
  const lateHistory = await readHistory(platform.urls, late, producerId, places)
  const forbidden = await Promise.all([revoked, cut].map(one => readHistory(platform.urls, one, producerId, places)))
  for (const one of [cutReader, revokedReader, lateReader]) one.close()

  const stored = new Set(own)
  const afterCut = cutReader.numbers.filter(number => number > numbers.restored)
  const lost = [...acked].filter(number => !stored.has(number))
  const missed = (one: typeof reader): number => {
    const unseen = [...acked].filter(number => number > numbers.seen && !one.numbers.includes(number))
    return one.recovered.includes(false) ? 0 : unseen.length
  }
  const firstVisible = (form.forgetsSubscriptions ? numbers.cut : numbers.later) + 1
  return {
    clashes: places.clashes,
    sums: {
      'places that name two messages': places.clashes.length,
      'acked after the restore and not kept': [...kept].filter(number => !stored.has(number)).length,
      'lost though a part still had it': lost.filter(number => number <= form.keepsUpTo).length,
      'missing and not announced': missed(reader) + missed(again),
      'seen by the revoked':
        revokedReader.numbers.length + afterCut.length + forbidden.filter(history => history !== null).length,
      'seen of before the grant': [...lateReader.numbers, ...(lateHistory ?? [])].filter(
        number => number < firstVisible
      ).length,
      'acked before and lost with the backup': lost.length,
      'acked after the backup and kept all the same': [...acked].filter(
        number => number > numbers.backedUp && stored.has(number)
      ).length,
      'ms until accepted again': Math.round(acceptedMs)
    }
  }
}

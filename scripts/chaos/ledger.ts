/** What one message of one producer went through. `number` counts 1, 2, 3… as the producer sent them. */
export interface SentMessage { number: number, sentAt: number, ackedAt: number | null }

/** Times (ms, one clock for all) in which a consumer's access was surely there, or surely was not. */
export interface AccessWindow { from: number, to: number }

/** What one consumer saw of one producer, in the order in which it saw it. */
export interface Reader {
  consumer: string
  producer: string
  numbers: number[]
  /** From a grant's 2xx to the request that ends it: everything sent and acked within must be seen. */
  granted: AccessWindow[]
  /** From a revocation's 2xx to the next request to subscribe: nothing sent and acked within may be seen. */
  revoked: AccessWindow[]
}

/** The sums that must be nought, and those that say how much was tried. */
export interface Ledger {
  sent: number
  acked: number
  stored: number
  ackedNotStored: number
  storedTwice: number
  received: number
  holes: number
  repeats: number
  /**
   * Messages that a failover forgot before they were acked: their sender repeats them, they are numbered again, and who
   * saw them sees them again.
   */
  seenAgain: number
  outOfOrder: number
  afterRevocation: number
  /** Which messages were missed or seen too much, the first of them, for whoever looks for the fault. */
  faults: { what: 'hole' | 'after revocation', consumer: string, producer: string, number: number, sentAt: number }[]
}

const MAX_FAULTS = 50

const within = (windows: readonly AccessWindow[], message: SentMessage): boolean =>
  windows.some(({ from, to }) => message.sentAt > from && message.ackedAt !== null && message.ackedAt < to)

const between = (windows: readonly AccessWindow[], { sentAt, ackedAt }: SentMessage): boolean =>
  windows.some(({ from, to }) => sentAt < to && (ackedAt ?? Infinity) > from)

/**
 * Compares what was sent with what is stored and what each reader saw. `forgetting` are the times in which Redis may
 * have forgotten what was not acked.
 */
export const settle = (
  sent: ReadonlyMap<string, readonly SentMessage[]>,
  stored: ReadonlyMap<string, readonly number[]>,
  readers: readonly Reader[],
  forgetting: readonly AccessWindow[] = []
): Ledger => {
  const ledger: Ledger = {
    sent: 0,
    acked: 0,
    stored: 0,
    ackedNotStored: 0,
    storedTwice: 0,
    received: 0,
    holes: 0,
    repeats: 0,
    seenAgain: 0,
    outOfOrder: 0,
    afterRevocation: 0,
    faults: []
  }
  for (const [producer, messages] of sent) {
    const numbers = stored.get(producer) ?? []
    const kept = new Set(numbers)
    ledger.sent += messages.length
    ledger.stored += numbers.length
    ledger.storedTwice += numbers.length - kept.size
    for (const message of messages) {
      if (message.ackedAt === null) continue
      ledger.acked++
      if (!kept.has(message.number)) ledger.ackedNotStored++
    }
  }
  for (const reader of readers) settleReader(ledger, sent.get(reader.producer) ?? [], reader, forgetting)
  return ledger
}

const settleReader = (
  ledger: Ledger,
  messages: readonly SentMessage[],
  { consumer, producer, numbers, granted, revoked }: Reader,
  forgetting: readonly AccessWindow[]
): void => {
  const note = (what: 'hole' | 'after revocation', { number, sentAt }: SentMessage): void => {
    if (what === 'hole') ledger.holes++
    else ledger.afterRevocation++
    if (ledger.faults.length < MAX_FAULTS) ledger.faults.push({ what, consumer, producer, number, sentAt })
  }
  const seen = new Set<number>()
  let last = 0
  for (const number of numbers) {
    ledger.received++
    const message = messages[number - 1]
    if (seen.has(number)) {
      if (message !== undefined && between(forgetting, message)) ledger.seenAgain++
      else ledger.repeats++
    } else if (number < last) ledger.outOfOrder++
    seen.add(number)
    last = Math.max(last, number)
  }
  for (const message of messages) {
    if (!seen.has(message.number) && within(granted, message)) note('hole', message)
    if (seen.has(message.number) && within(revoked, message)) note('after revocation', message)
  }
}

/** Whether everything that must be nought is. */
export const isClean = ({
  ackedNotStored, storedTwice, holes, repeats, outOfOrder, afterRevocation
}: Omit<Ledger, 'faults'>): boolean =>
  ackedNotStored + storedTwice + holes + repeats + outOfOrder + afterRevocation === 0

/** A message of a producer; `number` is 1, 2, 3… in the order of sending. */
export interface SentMessage { number: number, sentAt: number, ackedAt: number | null }

/** A period, in milliseconds by a common clock. */
export interface AccessWindow { from: number, to: number }

/** The messages that a consumer received from a producer, in order of receipt. */
export interface Reader {
  consumer: string
  producer: string
  numbers: number[]
  /** From the response to a grant to the request that revokes it: messages sent and acked within must be received. */
  granted: AccessWindow[]
  /** From the response to a revocation to the next request to subscribe: messages sent within must not be received. */
  revoked: AccessWindow[]
}

/** Counts of violations, which must be zero, and of what was checked. */
export interface Ledger {
  sent: number
  acked: number
  stored: number
  ackedNotStored: number
  storedTwice: number
  received: number
  gaps: number
  duplicates: number
  /**
   * Messages that were published, but lost in a failover before they were acked. Their sender resends them, they get a
   * new offset, and consumers receive them again.
   */
  redelivered: number
  outOfOrder: number
  afterRevocation: number
  /** The first violations, for debugging. */
  faults: { kind: FaultKind, consumer: string, producer: string, number: number, sentAt: number }[]
}

type FaultKind = 'gap' | 'after revocation'

const MAX_FAULTS = 50

const within = (windows: readonly AccessWindow[], message: SentMessage): boolean =>
  windows.some(({ from, to }) => message.sentAt > from && message.ackedAt !== null && message.ackedAt < to)

const overlaps = (windows: readonly AccessWindow[], { sentAt, ackedAt }: SentMessage): boolean =>
  windows.some(({ from, to }) => sentAt < to && (ackedAt ?? Infinity) > from)

/**
 * Compares the sent messages with the stored and the received ones. `failovers` are the periods in which Redis may have
 * lost unacknowledged messages.
 */
export const createLedger = (
  sent: ReadonlyMap<string, readonly SentMessage[]>,
  stored: ReadonlyMap<string, readonly number[]>,
  readers: readonly Reader[],
  failovers: readonly AccessWindow[] = []
): Ledger => {
  const ledger: Ledger = {
    sent: 0,
    acked: 0,
    stored: 0,
    ackedNotStored: 0,
    storedTwice: 0,
    received: 0,
    gaps: 0,
    duplicates: 0,
    redelivered: 0,
    outOfOrder: 0,
    afterRevocation: 0,
    faults: []
  }
  for (const [producer, messages] of sent) {
    const numbers = stored.get(producer) ?? []
    const distinct = new Set(numbers)
    ledger.sent += messages.length
    ledger.stored += numbers.length
    ledger.storedTwice += numbers.length - distinct.size
    for (const message of messages) {
      if (message.ackedAt === null) continue
      ledger.acked++
      if (!distinct.has(message.number)) ledger.ackedNotStored++
    }
  }
  for (const reader of readers) addReader(ledger, sent.get(reader.producer) ?? [], reader, failovers)
  return ledger
}

const addReader = (
  ledger: Ledger,
  messages: readonly SentMessage[],
  { consumer, producer, numbers, granted, revoked }: Reader,
  failovers: readonly AccessWindow[]
): void => {
  const addFault = (kind: FaultKind, { number, sentAt }: SentMessage): void => {
    if (kind === 'gap') ledger.gaps++
    else ledger.afterRevocation++
    if (ledger.faults.length < MAX_FAULTS) ledger.faults.push({ kind, consumer, producer, number, sentAt })
  }
  const seen = new Set<number>()
  let last = 0
  for (const number of numbers) {
    ledger.received++
    const message = messages[number - 1]
    if (seen.has(number)) {
      if (message !== undefined && overlaps(failovers, message)) ledger.redelivered++
      else ledger.duplicates++
    } else if (number < last) ledger.outOfOrder++
    seen.add(number)
    last = Math.max(last, number)
  }
  for (const message of messages) {
    if (!seen.has(message.number) && within(granted, message)) addFault('gap', message)
    if (seen.has(message.number) && within(revoked, message)) addFault('after revocation', message)
  }
}

/** Whether there are no violations. */
export const isClean = ({
  ackedNotStored, storedTwice, gaps, duplicates, outOfOrder, afterRevocation
}: Omit<Ledger, 'faults'>): boolean =>
  ackedNotStored + storedTwice + gaps + duplicates + outOfOrder + afterRevocation === 0

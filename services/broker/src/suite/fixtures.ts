import type { AcceptMessage, AcceptRequest, Broker, LogHead } from '../broker.js'
import type { BrokerLimits } from '../limits.js'

/** Opens the broker under test with these limits. */
export type OpenBroker = (limits?: Partial<BrokerLimits>) => Promise<Broker>

let ids = Math.floor(Math.random() * 1_000_000) * 1000

/** An id that no other test uses. */
export const newId = (): number => ++ids

/** A message whose text contains its number. */
export const message = (n: number, parts: Partial<AcceptMessage> = {}): AcceptMessage => ({
  head: `{"n":${n},"epoch":`, tail: ',"id":null}', device: '', session: null, seq: null, ...parts
})

/** Text of `message(n)` at a position. */
export const textAt = (n: number, epoch: number, offset: number): string =>
  `{"n":${n},"epoch":${epoch},"offset":${offset},"id":null}`

export const request = (producerId: number, parts: Partial<AcceptRequest> = {}): AcceptRequest => ({
  producerId, version: 0, subscribers: [], messages: [message(1)], ...parts
})

export const headOf = async (broker: Broker, producerId: number): Promise<LogHead> => {
  const [head] = await broker.heads([producerId])
  return head!
}

/** Opens an epoch above the current one; returns its number. */
export const openEpoch = async (broker: Broker, producerId: number, version = 0): Promise<number> => {
  const expected = await headOf(broker, producerId)
  const epoch = expected.epoch + 1
  if (!await broker.openEpoch({ producerId, epoch, expected, version })) throw new Error('Not opened')
  return epoch
}

/** A new producer with an open log. */
export const newProducer = async (broker: Broker, version = 0): Promise<number> => {
  const producerId = newId()
  await openEpoch(broker, producerId, version)
  return producerId
}

/** Integers from one to another, inclusive. */
export const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i)

import type { AcceptMessage, AcceptRequest, Broker, LogHead } from '../broker.js'
import type { BrokerLimits } from '../limits.js'

/** Opens the broker that the suite is run on, with these limits. */
export type OpenBroker = (limits?: Partial<BrokerLimits>) => Promise<Broker>

let ids = Math.floor(Math.random() * 1_000_000) * 1000

/** An id that no other test has. */
export const newId = (): number => ++ids

/** A message whose text tells its number. */
export const message = (n: number, parts: Partial<AcceptMessage> = {}): AcceptMessage => ({
  head: `{"n":${n},"epoch":`, tail: ',"id":null}', device: '', session: null, seq: null, ...parts
})

/** Text of `message(n)` at a place. */
export const textAt = (n: number, epoch: number, offset: number): string =>
  `{"n":${n},"epoch":${epoch},"offset":${offset},"id":null}`

export const request = (producerId: number, parts: Partial<AcceptRequest> = {}): AcceptRequest => ({
  producerId, version: 0, subscribers: [], messages: [message(1)], ...parts
})

export const headOf = async (broker: Broker, producerId: number): Promise<LogHead> => {
  const [head] = await broker.heads([producerId])
  return head!
}

/** Opens an epoch above the present one; returns its number. */
export const openEpoch = async (broker: Broker, producerId: number, version = 0): Promise<number> => {
  const expected = await headOf(broker, producerId)
  const epoch = expected.epoch + 1
  if (!await broker.openEpoch({ producerId, epoch, expected, version })) throw new Error('Not opened')
  return epoch
}

/** A new producer whose log is open. */
export const newProducer = async (broker: Broker, version = 0): Promise<number> => {
  const producerId = newId()
  await openEpoch(broker, producerId, version)
  return producerId
}

/** Numbers from one to another, both included. */
export const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i)

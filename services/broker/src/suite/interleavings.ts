import type { Test } from 'tap'
import type { Broker } from '../broker.js'
import { waitFor } from '@motience/testing'
import { message, newId, newProducer, range } from './fixtures.js'

/** Numbers from 0 to below 1, the same for the same seed (mulberry32). */
export const seeded = (seed: number) => (): number => {
  seed = (seed + 0x6D2B79F5) | 0
  let n = Math.imul(seed ^ (seed >>> 15), 1 | seed)
  n = (n + Math.imul(n ^ (n >>> 7), 61 | n)) ^ n
  return ((n ^ (n >>> 14)) >>> 0) / 4294967296
}

/** The subscriber list of one producer with one consumer. */
interface List { version: number, active: boolean }

/**
 * Publishes and revokes in random order and concurrently, through two clients of one broker. `publisher` may use an old
 * list until it is refused; `owner` changes the list, and counts a change as answered once `raiseVersion` has
 * resolved.
 */
export const interleavingsSuite = async (
  t: Test,
  publisher: Broker,
  owner: Broker,
  { rounds, seed }: { rounds: number; seed: number }
): Promise<void> => {
  t.comment(`seed ${seed}`)
  const random = seeded(seed)
  const producerId = await newProducer(publisher)
  const consumerId = newId()
  const kept: List = { version: 0, active: false }
  /** The list as the publisher knows it. */
  let cached: List = { ...kept }
  let answered: List = { ...kept }
  let changing = 0
  let number = 0
  const got = new Set<number>()
  const forbidden = new Set<number>()
  const required = new Set<number>()
  const wrong: string[] = []
  await publisher.subscribe(consumerId, text => got.add(Number(/"n":(\d+)/.exec(text)?.[1])))

  const change = async (): Promise<void> => {
    changing++
    kept.version++
    kept.active = random() < 0.5
    const changed = { ...kept }
    await owner.raiseVersion(producerId, changed.version)
    if (changed.version > answered.version) answered = changed
    changing--
  }

  const publish = async (): Promise<void> => {
    const n = ++number
    for (;;) {
      const used = cached
      const before = answered
      const settled = changing === 0
      const version = kept.version
      const subscribers = used.active ? [consumerId] : []
      const [result] = await publisher.accept([
        { producerId, version: used.version, subscribers, messages: [message(n)] }
      ])
      if (result?.kind === 'stale') {
        cached = { ...kept }
        continue
      }
      if (result?.kind !== 'ok') throw new Error(`Publish gave ${result?.kind}`)
      if (used.version < before.version) {
        wrong.push(`${n} was accepted at ${used.version}, though ${before.version} was answered`)
      }
      if (settled && !before.active) forbidden.add(n)
      if (settled && before.active && kept.version === version) required.add(n)
      return
    }
  }

  for (let round = 0; round < rounds; round++) {
    const calls = range(1, 2 + Math.floor(random() * 3)).map(async () => {
      await Promise.all(range(1, Math.floor(random() * 3)).map(() => Promise.resolve()))
      return random() < 0.35 ? change() : publish()
    })
    await Promise.all(calls)
  }

  // The last message is received last.
  kept.version++
  await publisher.accept([{ producerId, version: kept.version, subscribers: [consumerId], messages: [message(0)] }])
  await waitFor(() => got.has(0))
  await publisher.unsubscribe(consumerId)
  t.same(wrong, [])
  t.same(
    [...forbidden].filter(n => got.has(n)),
    [],
    'nothing accepted after an answered revocation reaches the consumer'
  )
  t.same(
    [...required].filter(n => !got.has(n)),
    [],
    'everything accepted after an answered grant reaches the consumer'
  )
  t.ok(
    forbidden.size > rounds / 20 && required.size > rounds / 20,
    `it tried ${forbidden.size} and ${required.size} of them`
  )
}

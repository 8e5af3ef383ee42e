import { metaKey } from '@motience/schemas'
import { asFailure } from './failure.js'
import type { PubSub } from './pub-sub.js'

/** Keys per SCAN. */
const COUNT = '1000'

/** Matches every producer's meta hash. */
const PATTERN = metaKey(0).replace('0', '*')

const producerOf = (key: string): number => Number(/\d+/.exec(key)?.[0])

/** Scans the keys of all masters, in pages, so that other calls need not wait long. */
export const scanProducers = async function * (
  pubSub: Pick<PubSub, 'everyMaster'>
): AsyncGenerator<number[], void, undefined> {
  try {
    for (const { connection } of pubSub.everyMaster()) {
      let cursor = '0'
      do {
        const [next, keys] = (await connection.send(['SCAN', cursor, 'MATCH', PATTERN, 'COUNT', COUNT])) as [
          string,
          string[]
        ]
        cursor = String(next)
        if (keys.length > 0) yield keys.map(producerOf)
      } while (cursor !== '0')
    }
  } catch (error) {
    throw asFailure(error)
  }
}

import { metaKey } from '@motience/schemas'
import { asFailure } from './failure.js'
import type { PubSub } from './pub-sub.js'

/** Keys that one call looks at. */
const COUNT = '1000'

/** Any producer's meta hash, as SCAN matches it. */
const PATTERN = metaKey(0).replace('0', '*')

const producerOf = (key: string): number => Number(/\d+/.exec(key)?.[0])

/** Looks through the keys of every master, a part at a time, so that no other call waits for long. */
export const scanProducers = async function * (
  link: Pick<PubSub, 'everyMaster'>
): AsyncGenerator<number[], void, undefined> {
  try {
    for (const { connection } of link.everyMaster()) {
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

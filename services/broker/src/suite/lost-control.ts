import { CONTROL_COUNT_KEY } from '@motience/schemas'
import type { Test } from 'tap'
import { waitFor } from '@motience/testing'
import type { BrokerLogger } from '../logger.js'
import { createRedisBroker, type RedisBrokerOptions } from '../redis/redis-broker.js'
import { newId, range } from './fixtures.js'
import { watchConnection } from './watch-connection.js'

/** Increments the count, like a publisher whose event is lost. */
export type CountOne = (key: string) => Promise<unknown>

/** Records the reasons of lost connections. */
const recordLosses = () => {
  const reasons: string[] = []
  const warn = (fields: object, message: string): void => {
    if (message === 'Redis connection lost') reasons.push(String((fields as { reason?: unknown }).reason))
  }
  const logger: BrokerLogger = { info: () => {}, warn, error: () => {} }
  return { reasons, logger }
}

/** Lost control events are detected, and there are no false alarms. */
export const lostControlSuite = async (t: Test, options: RedisBrokerOptions, countOne: CountOne): Promise<void> => {
  t.test('a lost control event is treated like a lost connection', async t => {
    const { reasons, logger } = recordLosses()
    const broker = await createRedisBroker({ ...options, logger, probeMs: 200 })
    t.teardown(() => broker.close())
    const got: number[] = []
    broker.onControl(event => { if (event.type === 'user-enabled') got.push(event.user_id) })
    const [one, two] = [newId(), newId()]
    await broker.publishControl({ type: 'user-enabled', user_id: one })
    const connection = watchConnection(broker)
    await countOne(CONTROL_COUNT_KEY)
    await connection.back()
    await broker.publishControl({ type: 'user-enabled', user_id: two })
    await waitFor(() => got.includes(two))
    t.same(reasons, ['1 control events were lost'])
    t.same(connection.states, ['down', 'up'])
    t.same(got, [one, two])
  })

  t.test('many events of two publishers cause no false alarm', async t => {
    const { reasons, logger } = recordLosses()
    const open = () => createRedisBroker({ ...options, logger, probeMs: 100 })
    const [one, two, listener] = await Promise.all([open(), open(), open()])
    t.teardown(() => Promise.all([one.close(), two.close(), listener.close()]))
    const first = newId()
    const got = new Set<number>()
    listener.onControl(event => { if (event.type === 'user-enabled') got.add(event.user_id) })
    for (const round of range(0, 39)) {
      await Promise.all(
        range(1, 20).map(n =>
          (n % 2 === 0 ? one : two).publishControl({ type: 'user-enabled', user_id: first + round * 20 + n })
        )
      )
    }
    await waitFor(() => got.size === 800)
    t.same(reasons.filter(reason => reason.includes('events')), [])
  })
}

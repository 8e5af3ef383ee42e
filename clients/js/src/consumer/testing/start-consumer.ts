import type { Envelope } from '@motience/schemas'
import type { Test } from 'tap'
import { createConsumer, type Consumer, type ConsumerBaseOptions } from '../index.js'
import { FakeWss2 } from '@motience/testing'

/** A platform, a consumer that is connecting to it, and what it has seen; all of it ends with the test. */
export const startConsumer = async (
  t: Test,
  { prepare = () => {}, settings = () => ({}) }: {
    /** Called before the consumer starts. */
    prepare?: (platform: FakeWss2) => void
    settings?: (platform: FakeWss2) => Partial<ConsumerBaseOptions>
  } = {}
): Promise<{ platform: FakeWss2, consumer: Consumer, seen: Envelope[] }> => {
  const platform = await FakeWss2.start()
  prepare(platform)
  const consumer = createConsumer({
    url: platform.url,
    authUrl: platform.httpUrl,
    username: 'someone',
    password: 'secret',
    backoff: { minMs: 1, maxMs: 5 },
    ...settings(platform)
  })
  t.teardown(async () => {
    await consumer.close()
    await platform.stop()
  })
  const seen: Envelope[] = []
  consumer.on('data', envelope => seen.push(envelope))
  return { platform, consumer, seen }
}

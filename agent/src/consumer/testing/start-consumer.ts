import type { Envelope } from '@motience/schemas'
import type { Test } from 'tap'
import { createConsumer, type Consumer, type ConsumerSettings } from '../index.js'
import { FakePlatform } from './fake-platform.js'

/** A platform, a consumer that is connecting to it, and what it has seen; all of it ends with the test. */
export const startConsumer = async (
  t: Test,
  { prepare = () => {}, settings = () => ({}) }: {
    /** Called before the consumer starts. */
    prepare?: (platform: FakePlatform) => void
    settings?: (platform: FakePlatform) => Partial<ConsumerSettings>
  } = {}
): Promise<{ platform: FakePlatform, consumer: Consumer, seen: Envelope[] }> => {
  const platform = await FakePlatform.start()
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

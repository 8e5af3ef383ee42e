import { FakeWss1, waitFor, type FakeWss1Settings } from '@motience/testing'
import type { Test } from 'tap'
import { openBuffer } from '../../buffer/buffer.js'
import { monotonicMs } from '../../time/monotonic.js'
import { createProducer } from '../producer.js'
import type { Producer, ProducerBaseOptions } from '../types.js'

export const start = async (t: Test, settings: Partial<FakeWss1Settings> = {}): Promise<FakeWss1> => {
  const platform = await new FakeWss1(settings).start()
  t.teardown(() => platform.stop())
  return platform
}

export const produce = async (
  t: Test,
  platform: FakeWss1,
  options: Partial<ProducerBaseOptions> & { password?: string } = {}
): Promise<Producer> => {
  const producer = createProducer({
    authUrl: platform.authUrl,
    websocketUrl: platform.websocketUrl,
    username: 'pi',
    password: 'long-secret',
    backoff: { minMs: 10, maxMs: 50 },
    buffer: await openBuffer({ dir: null, boot: 'boot', mono: monotonicMs }),
    ...options
  })
  t.teardown(() => producer.close())
  return producer
}
/** A device key. */
export const KEY = `mot_d_aaaaaaaaaaaa_${'x'.repeat(43)}`

/** A producer with a key that its platform takes. */
export const produceWithKey = async (t: Test, options: Partial<ProducerBaseOptions> = {}) => {
  const platform = await start(t)
  platform.addKey(KEY)
  const producer = createProducer({
    key: KEY,
    websocketUrl: platform.websocketUrl,
    backoff: { minMs: 10, maxMs: 50 },
    buffer: await openBuffer({ dir: null, boot: 'boot', mono: monotonicMs }),
    ...options
  })
  t.teardown(() => producer.close())
  return { platform, producer }
}

/** Resolves once the producer is online. */
export const online = (producer: Producer) => waitFor(() => producer.status().state === 'online')

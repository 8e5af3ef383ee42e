import t from 'tap'
import type { ConnectionState } from '@motience/broker'
import { waitFor } from '@motience/testing'
import { startOutbox, type Outbox, type OutboxOptions } from './outbox.js'

/** A broker whose connection a test changes, and entries that a test adds. */
const createOutboxSetup = () => {
  const listeners = new Set<(state: ConnectionState) => void>()
  const warnings: string[] = []
  const broker: { connection: ConnectionState, onConnection: OutboxOptions<number>['broker']['onConnection'] } = {
    connection: 'up',
    onConnection: listener => {
      listeners.add(listener)
      return () => { listeners.delete(listener) }
    }
  }
  const entries = new Set<number>()
  const published: number[] = []
  return {
    broker,
    warnings,
    entries,
    published,
    listeners,
    change: (state: ConnectionState) => {
      broker.connection = state
      for (const listener of listeners) listener(state)
    },
    options: {
      broker,
      log: { info () {}, error () {}, warn: (_fields: object, message: string) => { warnings.push(message) } },
      everyMs: 3_600_000,
      pending: async (limit: number) => [...entries].slice(0, limit),
      publish: async (key: number) => {
        published.push(key)
        entries.delete(key)
      },
      failureMessage: 'Failed to publish'
    } satisfies OutboxOptions<number>
  }
}

const start = (t: { after: (fn: () => Promise<void>) => void }, options: OutboxOptions<number>): Outbox => {
  const outbox = startOutbox(options)
  t.after(() => outbox.close())
  return outbox
}

t.test('publishes all entries at the start and at each `up`', async t => {
  const { options, entries, published, change } = createOutboxSetup()
  for (let key = 1; key <= 250; key++) entries.add(key)
  start(t, options)
  await waitFor(() => published.length === 250)
  t.strictSame(published, Array.from({ length: 250 }, (_, i) => i + 1), 'each once and in order')
  entries.add(251)
  change('down')
  change('up')
  await waitFor(() => entries.size === 0)
})

t.test('checks for entries of other instances while the connection is up', async t => {
  const { options, entries, published, change } = createOutboxSetup()
  const other = createOutboxSetup()
  const checks = { own: 0, other: 0 }
  start(t, { ...options, everyMs: 5, pending: async limit => { checks.own++; return await options.pending(limit) } })
  entries.add(1)
  await waitFor(() => published.length === 1)
  change('down')
  const before = checks.own
  entries.add(2)
  start(t, { ...other.options, everyMs: 5, pending: async () => { checks.other++; return [] } })
  await waitFor(() => checks.other > 5, { what: 'an outbox with a connection to check' })
  t.equal(checks.own, before)
  change('up')
  await waitFor(() => published.length === 2)
})

t.test('logs a failed round, and repeats it', async t => {
  const { options, entries, published, warnings, change } = createOutboxSetup()
  let broken = true
  entries.add(1)
  start(t, { ...options, publish: async key => { if (broken) throw new Error('down'); await options.publish(key) } })
  await waitFor(() => warnings.length === 1)
  t.strictSame([warnings, published], [['Failed to publish'], []])
  broken = false
  change('up')
  await waitFor(() => published.length === 1)
})

t.test('an `up` during a round causes one more round, which restores the broker first', async t => {
  const { options, entries, change } = createOutboxSetup()
  const done: string[] = []
  let release = (): void => {}
  const held = new Promise<void>(resolve => { release = resolve })
  entries.add(1)
  start(t, {
    ...options,
    restore: async () => { done.push('restore') },
    publish: async key => {
      await held
      done.push(`publish ${key}`)
      await options.publish(key)
    }
  })
  await waitFor(() => done.length === 1)
  change('up')
  change('up')
  entries.add(2)
  release()
  await waitFor(() => entries.size === 0)
  t.strictSame(done, ['restore', 'publish 1', 'restore', 'publish 2'])
})

t.test('restores the broker before it publishes', async t => {
  const { options, entries, published, warnings } = createOutboxSetup()
  let tries = 0
  entries.add(1)
  start(t, { ...options, everyMs: 5, restore: async () => { if (++tries < 3) throw new Error('down') } })
  await waitFor(() => published.length === 1)
  t.equal(tries, 3)
  t.equal(warnings.length, 2)
  entries.add(2)
  await waitFor(() => published.length === 2)
  t.equal(tries, 3, 'not again without an `up`')
})

t.test('closing waits for the running call and starts no other', async t => {
  const { options, entries, published, listeners, change } = createOutboxSetup()
  let release = (): void => {}
  const held = new Promise<void>(resolve => { release = resolve })
  let isPublishing = false
  entries.add(1).add(2)
  const outbox = start(t, {
    ...options,
    publish: async key => {
      isPublishing = true
      await held
      await options.publish(key)
    }
  })
  await waitFor(() => isPublishing)
  change('up')
  let isClosed = false
  const closed = outbox.close().then(() => { isClosed = true })
  t.equal(listeners.size, 0)
  await new Promise(resolve => setImmediate(resolve))
  t.equal(isClosed, false)
  release()
  await closed
  t.strictSame(published, [1])
})

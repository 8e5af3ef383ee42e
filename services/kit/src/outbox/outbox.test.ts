import t from 'tap'
import type { ConnectionState } from '@motience/broker'
import { waitFor } from '@motience/testing'
import { startOutbox, type Outbox, type OutboxParts } from './outbox.js'

/** A broker's link that a test moves, and notes that a test makes. */
const createParts = () => {
  const listeners = new Set<(state: ConnectionState) => void>()
  const warnings: string[] = []
  const broker: { connection: ConnectionState, onConnection: OutboxParts<number>['broker']['onConnection'] } = {
    connection: 'up',
    onConnection: listener => {
      listeners.add(listener)
      return () => { listeners.delete(listener) }
    }
  }
  const noted = new Set<number>()
  const told: number[] = []
  return {
    broker,
    warnings,
    noted,
    told,
    listeners,
    move: (state: ConnectionState) => {
      broker.connection = state
      for (const listener of listeners) listener(state)
    },
    parts: {
      broker,
      log: { info () {}, error () {}, warn: (_fields: object, message: string) => { warnings.push(message) } },
      everyMs: 3_600_000,
      pending: async (limit: number) => [...noted].slice(0, limit),
      tell: async (key: number) => {
        told.push(key)
        noted.delete(key)
      },
      failure: 'Could not tell'
    } satisfies OutboxParts<number>
  }
}

const start = (t: { after: (fn: () => Promise<void>) => void }, parts: OutboxParts<number>): Outbox => {
  const outbox = startOutbox(parts)
  t.after(() => outbox.close())
  return outbox
}

t.test('what is noted is told at the start, however much it is, and then at each `up`', async t => {
  const { parts, noted, told, move } = createParts()
  for (let key = 1; key <= 250; key++) noted.add(key)
  start(t, parts)
  await waitFor(() => told.length === 250)
  t.strictSame(told, Array.from({ length: 250 }, (_, i) => i + 1), 'each once, in order')
  noted.add(251)
  move('down')
  move('up')
  await waitFor(() => noted.size === 0)
})

t.test('what others leave is told in time, but not while the link is down', async t => {
  const { parts, noted, told, move } = createParts()
  const other = createParts()
  const looks = { own: 0, other: 0 }
  start(t, { ...parts, everyMs: 5, pending: async limit => { looks.own++; return await parts.pending(limit) } })
  noted.add(1)
  await waitFor(() => told.length === 1)
  move('down')
  const before = looks.own
  noted.add(2)
  start(t, { ...other.parts, everyMs: 5, pending: async () => { looks.other++; return [] } })
  await waitFor(() => looks.other > 5, { what: 'an outbox with a link that is up to look' })
  t.equal(looks.own, before)
  move('up')
  await waitFor(() => told.length === 2)
})

t.test('a round that fails is logged, and tried again at the next occasion', async t => {
  const { parts, noted, told, warnings, move } = createParts()
  let broken = true
  noted.add(1)
  start(t, { ...parts, tell: async key => { if (broken) throw new Error('down'); await parts.tell(key) } })
  await waitFor(() => warnings.length === 1)
  t.strictSame([warnings, told], [['Could not tell'], []])
  broken = false
  move('up')
  await waitFor(() => told.length === 1)
})

t.test('an `up` during a round brings one more round, and the broker is restored before what is noted', async t => {
  const { parts, noted, move } = createParts()
  const done: string[] = []
  let release = (): void => {}
  const held = new Promise<void>(resolve => { release = resolve })
  noted.add(1)
  start(t, {
    ...parts,
    restore: async () => { done.push('restore') },
    tell: async key => {
      await held
      done.push(`tell ${key}`)
      await parts.tell(key)
    }
  })
  await waitFor(() => done.length === 1)
  move('up')
  move('up')
  noted.add(2)
  release()
  await waitFor(() => noted.size === 0)
  t.strictSame(done, ['restore', 'tell 1', 'restore', 'tell 2'])
})

t.test('what could not be restored is tried again before anything is told', async t => {
  const { parts, noted, told, warnings } = createParts()
  let tries = 0
  noted.add(1)
  start(t, { ...parts, everyMs: 5, restore: async () => { if (++tries < 3) throw new Error('down') } })
  await waitFor(() => told.length === 1)
  t.equal(tries, 3)
  t.equal(warnings.length, 2)
  noted.add(2)
  await waitFor(() => told.length === 2)
  t.equal(tries, 3, 'and not again without an `up`')
})

t.test('closing waits for the call that runs, and begins no other', async t => {
  const { parts, noted, told, listeners, move } = createParts()
  let release = (): void => {}
  const held = new Promise<void>(resolve => { release = resolve })
  let isTelling = false
  noted.add(1).add(2)
  const outbox = start(t, { ...parts, tell: async key => { isTelling = true; await held; await parts.tell(key) } })
  await waitFor(() => isTelling)
  move('up')
  let isClosed = false
  const closed = outbox.close().then(() => { isClosed = true })
  t.equal(listeners.size, 0)
  await new Promise(resolve => setImmediate(resolve))
  t.equal(isClosed, false)
  release()
  await closed
  t.strictSame(told, [1])
})

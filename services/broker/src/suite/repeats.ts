import type { Test } from 'tap'
import { waitFor } from '@motience/testing'
import { SESSION_OVERHEAD } from '../limits.js'
import { headOf, message, newId, newProducer, type OpenBroker, range, request } from './fixtures.js'

const repeat = (position: { epoch: number, offset: number } | null = null) => ({ kind: 'repeat', position })

/** Repeated messages, and how long they are recognised. */
export const repeatsSuite = async (t: Test, open: OpenBroker): Promise<void> => {
  t.test('100 messages sent twice are accepted once, at 1 to 100', async t => {
    const broker = await open()
    const producerId = await newProducer(broker)
    const consumerId = newId()
    const got: string[] = []
    await broker.subscribe(consumerId, text => got.push(text))
    const messages = range(1, 100).map(seq => message(seq, { device: 'a', session: 's', seq }))
    const send = async () => (await broker.accept([request(producerId, { subscribers: [consumerId], messages })]))[0]
    t.same(await send(), {
      kind: 'ok',
      epoch: 1,
      stored: 100,
      outcomes: range(1, 100).map(offset => ({ kind: 'accepted', offset }))
    })
    t.same(await send(), {
      kind: 'ok',
      epoch: 1,
      stored: 100,
      outcomes: [...range(1, 99).map(() => repeat()), repeat({ epoch: 1, offset: 100 })]
    })
    // The last publication arrives last.
    await broker.accept([request(producerId, { subscribers: [consumerId] })])
    await waitFor(() => got.at(-1)?.startsWith('{"n":1,"epoch":1,"offset":101'))
    await broker.unsubscribe(consumerId)
    t.equal(got.length, 101)
    t.match(await headOf(broker, producerId), { offset: 101 })
  })

  t.test('a repeat within one batch is found, and gaps in `seq` are allowed', async t => {
    const broker = await open()
    const producerId = await newProducer(broker)
    const messages = [5, 5, 9, 7].map(seq => message(seq, { device: 'a', session: 's', seq }))
    t.match(await broker.accept([request(producerId, { messages })]), [
      {
        outcomes: [
          { kind: 'accepted', offset: 1 },
          repeat({ epoch: 1, offset: 1 }),
          { kind: 'accepted', offset: 2 },
          repeat()
        ]
      }
    ])
  })

  t.test('each device and session has its own numbering; messages without one are never repeats', async t => {
    const broker = await open()
    const producerId = await newProducer(broker)
    const senders = [['a', 's'], ['a', 't'], ['b', 's'], ['', 's']] as const
    const messages = [
      ...senders.map(([device, session]) => message(1, { device, session, seq: 0 })),
      message(1),
      message(1)
    ]
    const outcomes = range(1, 6).map(offset => ({ kind: 'accepted', offset }))
    t.match(await broker.accept([request(producerId, { messages })]), [{ outcomes }])
  })

  t.test('the least recently used session is forgotten first', async t => {
    const broker = await open({ sessionsMaxBytes: 2 * (SESSION_OVERHEAD + 10) })
    const producerId = await newProducer(broker)
    const send = async (...sessions: string[]) => {
      const [result] = await broker.accept([
        request(producerId, { messages: sessions.map(session => message(1, { session, seq: 1 })) })
      ])
      return result?.kind === 'ok' ? result.outcomes.map(({ kind }) => kind).join(' ') : result?.kind
    }
    t.equal(await send('a', 'b'), 'accepted accepted')
    t.equal(await send('a'), 'repeat', 'which uses a once more')
    t.equal(await send('c'), 'accepted', 'which makes b be forgotten')
    t.equal(await send('a', 'c'), 'repeat repeat')
    t.equal(await send('b'), 'accepted')
    t.equal(await send('a'), 'accepted', 'which b has replaced')
  })
}

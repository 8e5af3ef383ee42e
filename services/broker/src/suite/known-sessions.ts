import type { Test } from 'tap'
import { sessionName, type AcceptRequest, type Broker } from '../broker.js'
import { SESSION_OVERHEAD } from '../limits.js'
import { message, newProducer, type OpenBroker, openEpoch, range, request } from './fixtures.js'

const upTo = (offset: number, epoch = 1) => ({ epoch, offset })
const of = (session: string, seq: number) => message(seq, { device: 'd', session, seq })
const named = (...sessions: string[]) => sessions.map(session => ({ device: 'd', session }))
const floorsOf = (asOf: { epoch: number, offset: number }, seqs: Record<string, number>) =>
  ({ asOf, seqs: new Map(Object.entries(seqs).map(([session, seq]) => [sessionName('d', session), seq])) })

/** Enough for two sessions with names of one character. */
const forTwo = { sessionsMaxBytes: 2 * (SESSION_OVERHEAD + 10) }

/** Sends messages of sessions, `name seq name seq…`; returns a short text with the outcomes. */
const sender =
  (broker: Broker, producerId: number) =>
    async (what: string, more: Partial<AcceptRequest> = {}): Promise<string> => {
      const words = what.split(' ')
      const messages = range(0, words.length / 2 - 1).map(n => of(words[2 * n]!, Number(words[2 * n + 1])))
      const [result] = await broker.accept([request(producerId, { messages, stored: upTo(0), ...more })])
      if (result?.kind === 'ok') {
        return result.outcomes.map(outcome => (outcome.kind === 'accepted' ? outcome.offset : 'repeat')).join(' ')
      }
      return result?.kind === 'unknown'
        ? `unknown ${result.sessions.map(({ session }) => session).join(' ')} as of ${result.asOf.offset}`
        : result!.kind
    }

/** With a history, sessions that the broker does not remember have to be looked up there. */
export const knownSessionsSuite = async (t: Test, open: OpenBroker): Promise<void> => {
  t.test('an unknown session is returned, and nothing is done until it was looked up', async t => {
    const broker = await open()
    const producerId = await newProducer(broker)
    const messages = [of('a', 1), message(2), of('b', 1), of('a', 2)]
    const send = async (more: Partial<AcceptRequest> = {}) =>
      (await broker.accept([request(producerId, { messages, stored: upTo(0), ...more })]))[0]
    const unknown = { kind: 'unknown', asOf: upTo(0), sessions: named('a', 'b') }
    t.same(await send(), unknown)
    t.same(
      await send({ floors: floorsOf(upTo(0), { a: -1 }) }),
      unknown,
      'all of them are returned until each was looked up'
    )
    t.same(
      await send({ floors: floorsOf(upTo(0, 2), { a: -1, b: -1 }) }),
      unknown,
      'a lookup in another epoch does not count'
    )
    t.same(await send({ floors: floorsOf(upTo(0), { a: 1, b: -1 }) }), {
      kind: 'ok',
      epoch: 1,
      stored: 0,
      outcomes: [
        { kind: 'repeat', position: null },
        { kind: 'accepted', offset: 1 },
        { kind: 'accepted', offset: 2 },
        { kind: 'accepted', offset: 3 }
      ]
    })
    t.match(
      await send(),
      {
        kind: 'ok',
        outcomes: [{ kind: 'repeat' }, { kind: 'accepted', offset: 4 }, { position: upTo(2) }, { position: upTo(3) }]
      },
      'from then on they are known'
    )
    t.match(
      await send({ floors: floorsOf(upTo(0), { a: -1, b: -1 }) }),
      { kind: 'ok', outcomes: [{ kind: 'repeat' }, { offset: 5 }, { kind: 'repeat' }, { kind: 'repeat' }] },
      'the state of the broker takes precedence'
    )
  })

  t.test('a lookup is remembered, even if all messages were repeats', async t => {
    const broker = await open()
    const send = sender(broker, await newProducer(broker))
    t.equal(await send('a 3 a 7', { floors: floorsOf(upTo(0), { a: 7 }) }), 'repeat repeat')
    t.equal(await send('a 7 a 8'), 'repeat 1')
  })

  t.test('a session whose last message may not be stored is not forgotten', async t => {
    const broker = await open(forTwo)
    const send = sender(broker, await newProducer(broker))
    t.equal(await send('a 1 b 1 c 1 e 1', { floors: floorsOf(upTo(0), { a: -1, b: -1, c: -1, e: -1 }) }), '1 2 3 4')
    t.equal(await send('a 1 b 1 c 1 e 1'), 'repeat repeat repeat repeat')
    t.equal(await send('e 2', { stored: upTo(1) }), '5', 'which makes a be forgotten')
    t.equal(await send('b 1 c 1 e 1'), 'repeat repeat repeat')
    t.equal(await send('a 1'), 'unknown a as of 5')
    t.equal(await send('a 1', { floors: floorsOf(upTo(5), { a: 1 }) }), 'repeat')
  })

  t.test('a lookup does not count if the session continued and was forgotten meanwhile', async t => {
    const broker = await open(forTwo)
    const send = sender(broker, await newProducer(broker))
    t.equal(await send('a 1', { floors: floorsOf(upTo(0), { a: -1 }) }), '1')
    t.equal(await send('b 1 c 1 e 1', { floors: floorsOf(upTo(1), { b: -1, c: -1, e: -1 }), stored: upTo(1) }), '2 3 4')
    t.equal(await send('a 2', { stored: upTo(4) }), 'unknown a as of 4', 'one looks it up and finds 1')
    t.equal(await send('a 2', { floors: floorsOf(upTo(4), { a: 1 }), stored: upTo(4) }), '5', 'another is faster')
    t.equal(await send('f 1 g 1', { floors: floorsOf(upTo(5), { f: -1, g: -1 }), stored: upTo(5) }), '6 7')
    t.equal(
      await send('h 1', { floors: floorsOf(upTo(7), { h: -1 }), stored: upTo(7) }),
      '8',
      'and made a be forgotten'
    )
    t.equal(await send('a 2', { floors: floorsOf(upTo(4), { a: 1 }), stored: upTo(8) }), 'unknown a as of 8')
    t.equal(await send('a 2 a 3', { floors: floorsOf(upTo(8), { a: 2 }), stored: upTo(8) }), 'repeat 9')
  })

  t.test('in a new epoch every session has to be looked up', async t => {
    const broker = await open()
    const producerId = await newProducer(broker)
    const send = sender(broker, producerId)
    t.equal(await send('a 5', { floors: floorsOf(upTo(0), { a: -1 }) }), '1')
    await openEpoch(broker, producerId)
    t.equal(await send('a 5'), 'unknown a as of 0')
    t.equal(
      await send('a 4 a 5 a 6', { floors: floorsOf(upTo(0, 2), { a: 4 }) }),
      'repeat 1 2',
      'history takes precedence, since the broker may have been restored'
    )
  })

  t.test('5,000 sessions are remembered, a thousand new ones in one call', async t => {
    const broker = await open()
    const producerId = await newProducer(broker)
    const stored = upTo(0)
    const batches = range(0, 4).map(batch => range(1, 1000).map(n => `session-${batch}-${n}`))
    for (const batch of batches) {
      const messages = batch.map(session => of(session, 1))
      t.match(await broker.accept([request(producerId, { messages, stored })]), [
        { kind: 'unknown', sessions: batch.map(session => ({ session })) }
      ])
      const floors = floorsOf(upTo(5000), Object.fromEntries(batch.map(session => [session, -1])))
      t.match(await broker.accept([request(producerId, { messages, stored, floors })]), [
        { kind: 'ok', outcomes: batch.map(() => ({ kind: 'accepted' })) }
      ])
    }
    for (const batch of batches) {
      t.match(await broker.accept([request(producerId, { messages: batch.map(session => of(session, 1)), stored })]), [
        { kind: 'ok', outcomes: batch.map(() => ({ kind: 'repeat' })) }
      ])
    }
  })
}

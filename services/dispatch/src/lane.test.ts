import t from 'tap'
import { Lane } from './lane.js'
import type { DsmAnswer } from './dsm-answer.js'
import type { AnswerReceiver, PendingMessage } from './pending-message.js'

const receiver = (alive = true): AnswerReceiver & { alive: boolean, settled: PendingMessage[] } => {
  const settled: PendingMessage[] = []
  return { alive, settled, settle: pending => { settled.push(pending) } }
}

const accepted: DsmAnswer = { producer_id: 1, epoch: 1, offset: 1, subscriberCount: 0, duplicate: false }
const textsOf = (bytes: Buffer): string[] => bytes.toString().split(',').slice(0, -1)

t.test('messages that were taken stay in the lane until they are answered', async t => {
  const lane = new Lane(1)
  const producer = receiver()
  for (const text of ['a', 'bü', 'c']) lane.add(text, { receiver: producer, index: 0, id: text, seq: undefined })
  const first = lane.take(2, 1_000)
  t.strictSame([first.count, textsOf(first.bytes)], [2, ['a', 'bü']])
  lane.add('d', { receiver: producer, index: 0, id: 'd', seq: undefined })
  t.strictSame(
    textsOf(lane.take(10, 1_000).bytes),
    ['a', 'bü', 'c', 'd'],
    'taken again, with the messages added since'
  )
  lane.settle([accepted, accepted, accepted], () => {})
  t.strictSame(producer.settled.map(({ id }) => id), ['a', 'bü', 'c'])
  t.strictSame(textsOf(lane.take(10, 1_000).bytes), ['d'])
})

t.test('a call is bounded but carries at least one message', async t => {
  const lane = new Lane(1)
  for (const text of ['aaaa', 'bb', 'cc', 'dd']) {
    lane.add(text, { receiver: receiver(), index: 0, id: undefined, seq: undefined })
  }
  t.equal(lane.firstBytes, 5)
  t.equal(lane.take(10, 1).count, 1)
  t.equal(lane.take(10, 8).count, 2)
  t.equal(lane.take(10, 10).count, 2)
  t.equal(lane.take(3, 1_000).count, 3)
  lane.maxMessages = 1
  t.equal(lane.take(3, 1_000).count, 1)
})

t.test('orphans are dropped, and the other messages keep their order and text', async t => {
  const lane = new Lane(1)
  const receivers = [receiver(), receiver(), receiver()]
  const expected: string[] = []
  const gone: string[] = []
  let seed = 7
  for (let i = 0; i < 2_000; i++) {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
    const index = seed % 3
    const text = `${i}${'é'.repeat(seed % 50)}`
    lane.add(text, { receiver: receivers[index]!, index, id: text, seq: i })
    if (index === 1) gone.push(text)
    else expected.push(text)
  }
  const dropped: PendingMessage[] = []
  lane.dropOrphans(pending => { dropped.push(pending) })
  t.equal(dropped.length, 0)
  receivers[1]!.alive = false
  lane.dropOrphans(pending => { dropped.push(pending) })
  t.strictSame(dropped.map(({ id }) => id), gone)
  t.equal(lane.size, expected.length)
  const seen: string[] = []
  while (lane.size > 0) {
    const { count, bytes } = lane.take(100, 5_000)
    seen.push(...textsOf(bytes))
    lane.settle(Array<DsmAnswer>(count).fill(accepted), () => {})
  }
  t.strictSame(seen, expected)
  t.strictSame(receivers[1]!.settled, [])
})

import t from 'tap'
import { isClean, settle, type Reader } from '../chaos/ledger.js'

const messages = [1, 2, 3, 4].map(number => ({ number, sentAt: number * 10, ackedAt: number * 10 + 5 }))
const sent = new Map([['p', messages]])
const stored = new Map([['p', [1, 2, 3, 4]]])
const always = { from: 0, to: Infinity }
const reader = (numbers: number[], more: Partial<Reader> = {}): Reader =>
  ({ consumer: 'c', producer: 'p', numbers, granted: [always], revoked: [], ...more })

t.test('a run in which everything arrived once and in order is clean', async t => {
  const ledger = settle(sent, stored, [reader([1, 2, 3, 4])])
  t.match(ledger, { sent: 4, acked: 4, stored: 4, received: 4 })
  t.ok(isClean(ledger))
})

t.test('what is wrong is counted as what it is', async t => {
  t.match(settle(sent, stored, [reader([1, 2, 4])]), { holes: 1, repeats: 0, outOfOrder: 0 })
  t.match(settle(sent, stored, [reader([1, 2, 2, 3, 4])]), { holes: 0, repeats: 1, outOfOrder: 0 })
  t.match(settle(sent, stored, [reader([1, 3, 2, 4])]), { holes: 0, repeats: 0, outOfOrder: 1 })
  t.match(settle(sent, new Map([['p', [1, 2, 2, 4]]]), []), { ackedNotStored: 1, storedTwice: 1 })
  t.notOk(isClean(settle(sent, stored, [reader([1, 2, 4])])))
})

t.test('only what was sent and acked within a window is judged by it', async t => {
  const revoked = [{ from: 20, to: 40 }]
  t.match(settle(sent, stored, [reader([1, 2, 3], { granted: [{ from: 0, to: 26 }], revoked })]), {
    holes: 0,
    afterRevocation: 1
  })
  t.match(settle(sent, stored, [reader([1, 2, 4], { granted: [{ from: 0, to: 26 }], revoked })]), {
    holes: 0,
    afterRevocation: 0
  })
})

t.test('what a failover forgot before it was acked may be seen again, and nothing else', async t => {
  const forgetting = [{ from: 22, to: 24 }]
  t.match(settle(sent, stored, [reader([1, 2, 2, 3, 4])], forgetting), { repeats: 0, seenAgain: 1 })
  t.match(settle(sent, stored, [reader([1, 2, 3, 3, 4])], forgetting), { repeats: 1, seenAgain: 0 })
  t.ok(isClean(settle(sent, stored, [reader([1, 2, 2, 3, 4])], forgetting)))
})

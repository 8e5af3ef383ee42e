import t from 'tap'
import { isClean, createLedger, type Reader } from '../chaos/ledger.js'

const messages = [1, 2, 3, 4].map(number => ({ number, sentAt: number * 10, ackedAt: number * 10 + 5 }))
const sent = new Map([['p', messages]])
const stored = new Map([['p', [1, 2, 3, 4]]])
const always = { from: 0, to: Infinity }
const reader = (numbers: number[], more: Partial<Reader> = {}): Reader =>
  ({ consumer: 'c', producer: 'p', numbers, granted: [always], revoked: [], ...more })

t.test('a run is clean if every message arrived once and in order', async t => {
  const ledger = createLedger(sent, stored, [reader([1, 2, 3, 4])])
  t.match(ledger, { sent: 4, acked: 4, stored: 4, received: 4 })
  t.ok(isClean(ledger))
})

t.test('counts each kind of violation', async t => {
  t.match(createLedger(sent, stored, [reader([1, 2, 4])]), { gaps: 1, duplicates: 0, outOfOrder: 0 })
  t.match(createLedger(sent, stored, [reader([1, 2, 2, 3, 4])]), { gaps: 0, duplicates: 1, outOfOrder: 0 })
  t.match(createLedger(sent, stored, [reader([1, 3, 2, 4])]), { gaps: 0, duplicates: 0, outOfOrder: 1 })
  t.match(createLedger(sent, new Map([['p', [1, 2, 2, 4]]]), []), { ackedNotStored: 1, storedTwice: 1 })
  t.notOk(isClean(createLedger(sent, stored, [reader([1, 2, 4])])))
})

t.test('only messages sent and acked within a window are checked', async t => {
  const revoked = [{ from: 20, to: 40 }]
  t.match(createLedger(sent, stored, [reader([1, 2, 3], { granted: [{ from: 0, to: 26 }], revoked })]), {
    gaps: 0,
    afterRevocation: 1
  })
  t.match(createLedger(sent, stored, [reader([1, 2, 4], { granted: [{ from: 0, to: 26 }], revoked })]), {
    gaps: 0,
    afterRevocation: 0
  })
})

t.test('only messages lost in a failover before their ack may be redelivered', async t => {
  const failovers = [{ from: 22, to: 24 }]
  t.match(createLedger(sent, stored, [reader([1, 2, 2, 3, 4])], failovers), { duplicates: 0, redelivered: 1 })
  t.match(createLedger(sent, stored, [reader([1, 2, 3, 3, 4])], failovers), { duplicates: 1, redelivered: 0 })
  t.ok(isClean(createLedger(sent, stored, [reader([1, 2, 2, 3, 4])], failovers)))
})

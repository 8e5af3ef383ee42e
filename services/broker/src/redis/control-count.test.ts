import t from 'tap'
import { createControlCount } from './control-count.js'

/**
 * Runs steps, a number that was received, or `=n`, a probe with that count; returns the number of lost events after
 * each probe.
 */
const missingAfter = (...steps: (number | string)[]): number[] => {
  const count = createControlCount()
  const missing: number[] = []
  for (const step of steps) {
    if (typeof step === 'number') {
      count.received(step)
    } else if (step === 'begin') {
      count.begin()
    } else {
      count.check(Number(step.slice(1)))
      missing.push(count.takeMissing())
    }
  }
  return missing
}

t.test('nothing is missing if all numbers were received, in any order and number', async t => {
  t.same(missingAfter('=7', 8, 9, '=9', '=9', 11, 10, 10, 9, 11, '=11'), [0, 0, 0, 0])
  t.same(missingAfter(8, 10, 9, '=7', '=9', '=10'), [0, 0, 0], 'also before the first count')
  t.same(missingAfter('=7', 8, 9, '=8', '=9'), [0, 0, 0], 'a probe may arrive after later events')
})

t.test('each lost number is reported once', async t => {
  t.same(missingAfter('=7', 9, '=9', '=9'), [0, 1, 0])
  t.same(missingAfter('=7', '=10', 11, '=11'), [0, 3, 0])
  t.same(missingAfter('=7', 9, 12, '=10', 11, '=12'), [0, 2, 0])
  t.same(missingAfter('=7', '=3', 4, '=4'), [0, 1, 0], 'a count that decreased')
  t.same(missingAfter('=7', 'begin', '=10', 11, '=11'), [0, 0, 0], 'a new subscription starts over')
})

t.test('the numbers in memory are bounded', async t => {
  const count = createControlCount()
  count.check(0)
  for (let number = 2; number < 10_000; number++) count.received(number)
  count.check(9_999)
  t.ok(count.takeMissing() > 1)
})

import t from 'tap'
import { addCounts, readCounts } from '../tap-counts.mjs'

t.test('the counts are those of all files together, as tap tells them at the end', async t => {
  const output = [
    '# Subtest: a.test.ts', '    ok 1 - prints # { total: 9, pass: 9 }', '    # { total: 8, pass: 8 }', 'ok 1 - a.test.ts',
    '# { total: 31, pass: 27, fail: 1, skip: 2, todo: 1 }', '# time=12.3ms', ''
  ].join('\n')
  t.strictSame(readCounts(output, 1), { passed: 27, failed: 1, skipped: 3 })
  t.strictSame(readCounts('# { total: 20, pass: 20 }\n', 0), { passed: 20, failed: 0, skipped: 0 })
})

t.test('a run that broke off, or that ended with an error, is never without a failure', async t => {
  t.strictSame(readCounts('', 0), { passed: 0, failed: 1, skipped: 0 })
  t.strictSame(readCounts('ok 1 - a.test.ts\n', 1), { passed: 0, failed: 1, skipped: 0 })
  t.strictSame(readCounts('# { total: 20, pass: 20 }\n', 1), { passed: 20, failed: 1, skipped: 0 })
  t.strictSame(readCounts('# { total: 20, pass: 20 }\n', null), { passed: 20, failed: 1, skipped: 0 })
})

t.test('counts add up', async t => {
  t.strictSame(addCounts({ passed: 1, failed: 2, skipped: 3 }, { passed: 10, failed: 0 }), { passed: 11, failed: 2, skipped: 3 })
  t.strictSame(addCounts(), { passed: 0, failed: 0, skipped: 0 })
})

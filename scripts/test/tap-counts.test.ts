import t from 'tap'
import { addCounts, readCounts, readFailures } from '../tap-counts.mjs'

t.test('the counts are those of all files together, as tap tells them at the end', async t => {
  const output = [
    '# Subtest: a.test.ts',
    '    ok 1 - prints # { total: 9, pass: 9 }',
    '    # { total: 8, pass: 8 }',
    'ok 1 - a.test.ts',
    '# { total: 31, pass: 27, fail: 1, skip: 2, todo: 1 }',
    '# time=12.3ms',
    ''
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
  t.strictSame(addCounts({ passed: 1, failed: 2, skipped: 3 }, { passed: 10, failed: 0 }), {
    passed: 11,
    failed: 2,
    skipped: 3
  })
  t.strictSame(addCounts(), { passed: 0, failed: 0, skipped: 0 })
})

t.test('a failure is listed once, by its path, with what tap said of it', async t => {
  const output = `TAP version 14
# Subtest: a.test.ts
    # Subtest: outer
        # Subtest: inner
            not ok 1 - sums
              ---
              diff: |
                -2
              ...
            not ok 2 - later # TODO
            ok 3 - fine
            1..3
        not ok 1 - inner # time=3ms
          ---
          at: nowhere
          ...
        not ok 2 - beside
    not ok 1 - outer
not ok 1 - a.test.ts # time=5ms
# Subtest: b.test.ts
    ok 1 - fine
ok 2 - b.test.ts
not ok 3 - c.test.ts
  ---
  exitCode: 1
  ...
`
  t.strictSame(readFailures(output), [
    'a.test.ts > outer > inner > sums\n    diff: |\n      -2',
    'a.test.ts > outer > beside',
    'c.test.ts\n    exitCode: 1'
  ])
  t.strictSame(readFailures('ok 1 - a.test.ts\n# { total: 1, pass: 1 }\n'), [])
})

/**
 * Reads tap's own result off the end of its output, `# { total: 31, pass: 30, fail: 1 }`: assertions, of all files
 * together. An output without one, of a run that broke off, is one failure; so is a run that ended with an error
 * though none of its assertions failed.
 * @param {string} output TAP, as `--output-file` keeps it
 * @param {number | null} code the exit code of the run
 * @returns {{ passed: number, failed: number, skipped: number }}
 */
export const readCounts = (output, code) => {
  const line = output.split('\n').findLast(line => /^# \{ total: \d+/.test(line)) ?? ''
  const read = name => Number(new RegExp(`\\b${name}: (\\d+)`).exec(line)?.[1] ?? 0)
  const failed = read('fail')
  return { passed: read('pass'), failed: failed === 0 && (code !== 0 || line === '') ? 1 : failed, skipped: read('skip') + read('todo') }
}

/** Sums counts. */
export const addCounts = (...counts) => counts.reduce((sum, { passed, failed, skipped = 0 }) => ({
  passed: sum.passed + passed, failed: sum.failed + failed, skipped: sum.skipped + skipped
}), { passed: 0, failed: 0, skipped: 0 })

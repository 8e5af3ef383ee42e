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
  return {
    passed: read('pass'),
    failed: failed === 0 && (code !== 0 || line === '') ? 1 : failed,
    skipped: read('skip') + read('todo')
  }
}

/** Sums counts. */
export const addCounts = (...counts) => counts.reduce((sum, { passed, failed, skipped = 0 }) => ({
  passed: sum.passed + passed, failed: sum.failed + failed, skipped: sum.skipped + skipped
}), { passed: 0, failed: 0, skipped: 0 })

const MAX_DIAGNOSTIC_LINES = 30

/** The lines of the YAML block that follows a result, without its fences; at most MAX_DIAGNOSTIC_LINES of them. */
const readDiagnostic = (lines, start) => {
  if (lines[start]?.trim() !== '---') return []
  const indent = lines[start].indexOf('---')
  const end = lines.findIndex((line, index) => index > start && line === `${' '.repeat(indent)}...`)
  return lines
    .slice(start + 1, end === -1 ? undefined : end)
    .slice(0, MAX_DIAGNOSTIC_LINES)
    .map(line => line.slice(indent))
}

/**
 * The assertions that failed, each as the path of its subtests (`file > test > assertion`) and what tap said of it. A
 * test that failed only because an assertion inside it did is not listed again.
 * @param {string} output TAP, as `--output-file` keeps it
 * @returns {string[]}
 */
export const readFailures = output => {
  const lines = output.split('\n')
  const names = []
  const failures = []
  let lastIndent = 0
  for (const [index, line] of lines.entries()) {
    const [, spaces, subtest, failed] =
      /^( *)(?:# Subtest: (.*)|not ok \d+ - (?!.*# (?:TODO|SKIP))(.*))$/.exec(line) ?? []
    if (spaces === undefined) continue
    const depth = spaces.length / 4
    if (subtest !== undefined) names.splice(depth, Infinity, subtest)
    if (failed === undefined) continue
    if (lastIndent <= spaces.length) {
      failures.push(
        [[...names.slice(0, depth), failed].join(' > '), ...readDiagnostic(lines, index + 1)].join('\n    ')
      )
    }
    lastIndent = spaces.length
  }
  return failures
}

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'

/** A folder with a short path, which Unix sockets need; removed after the test. */
export const tempDir = (t: Test): string => {
  const dir = mkdtempSync(join(tmpdir(), 'agent-'))
  t.teardown(() => { rmSync(dir, { recursive: true, force: true }) })
  return dir
}

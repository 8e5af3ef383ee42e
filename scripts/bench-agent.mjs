import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

// Runs the sources: the bench needs no build. Its options are those of scripts/bench/agent/main.ts.
const main = fileURLToPath(new URL('bench/agent/main.ts', import.meta.url))
const { status } = spawnSync(
  process.execPath,
  ['--conditions=motience-source', '--import', 'tsx', main, ...process.argv.slice(2)],
  { stdio: 'inherit' }
)
process.exitCode = status ?? 1

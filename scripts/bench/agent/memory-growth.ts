import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import { FakeWss1 } from '@motience/testing'
import { percentile } from './process-stats.js'
import { NODE_ENV, NODE_FLAGS } from './steady-state.js'

export interface GrowthFigures {
  samples: number
  /** Median of the resident memory over the second tenth of the samples, when everything has been used once. */
  earlyMib: number
  /** The same over the last tenth. */
  lateMib: number
  growthMib: number
}

/** What a day of readings leaves in the memory. */
export const measureGrowth = async (samples: number): Promise<GrowthFigures> => {
  const dir = mkdtempSync(join(process.env['BENCH_DIR'] ?? tmpdir(), 'bench-growth-'))
  const platform = await new FakeWss1({ compression: true, keepAll: false }).start()
  try {
    const child = join(dir, 'child.mjs')
    await build({
      entryPoints: [join(import.meta.dirname, 'growth-child.ts')],
      outfile: child,
      bundle: true,
      platform: 'node',
      format: 'esm',
      conditions: ['motience-source'],
      external: ['bufferutil', 'utf-8-validate'],
      banner: { js: 'import { createRequire } from \'node:module\'; const require = createRequire(import.meta.url)' },
      logLevel: 'error'
    })
    const device = spawn(
      process.execPath,
      [...NODE_FLAGS, child, join(dir, 'buffer'), platform.authUrl, platform.websocketUrl, String(samples)],
      { env: { PATH: process.env['PATH'], ...NODE_ENV }, stdio: ['ignore', 'pipe', 'inherit'] }
    )
    let text = ''
    device.stdout.on('data', (part: Buffer) => { text += part.toString() })
    await once(device, 'exit')
    const rss = (JSON.parse(text) as number[]).map(bytes => bytes / 1024 / 1024)
    const earlyMib = percentile(rss.slice(rss.length / 10, rss.length / 5), 50)
    const lateMib = percentile(rss.slice(-rss.length / 10), 50)
    return { samples, earlyMib, lateMib, growthMib: lateMib - earlyMib }
  } finally {
    await platform.stop()
    rmSync(dir, { recursive: true, force: true })
  }
}

import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FakeWss1 } from '@motience/testing'
import { percentile, readProcess, type ProcessStats } from './process-stats.js'

/** Figures of an agent that is online, with all its sensors, at one reading a second. */
export interface SteadyFigures {
  seconds: number
  readings: number
  rssP50: number
  rssP99: number
  /** Per cent of one core. */
  cpuPercent: number
  diskBytesPerSec: number
  /** Bytes that the platform's socket received, framing and TLS apart. */
  wireBytesPerReading: number
  payloadBytes: number
}

/** What starts an agent as a device does: the flags are those of the systemd unit. */
export const NODE_FLAGS = ['--max-semi-space-size=1', '--max-old-space-size=96']
export const NODE_ENV = { UV_THREADPOOL_SIZE: '2', MALLOC_ARENA_MAX: '2' }

const WARM_UP_SECS = 10

const startAgent = (
  bundle: string,
  dir: string,
  platform: FakeWss1,
  compression: boolean,
  flags: readonly string[]
): ChildProcess => {
  const config = join(dir, 'agent.yaml')
  writeFileSync(
    config,
    `device_id: bench\nusername: pi\npassword: long-secret\nauth_url: ${platform.authUrl}\nwebsocket_url: ` +
    `${platform.websocketUrl}\ncompression: ${compression}\nbuffer: { dir: ${join(dir, 'buffer')} }\nstatus_socket: ` +
    `${join(dir, 'agent.sock')}\nlog_level: warn\n`
  )
  return spawn(process.execPath, [...flags, bundle, 'run', '--config', config], {
    env: { PATH: process.env['PATH'], HOME: dir, ...NODE_ENV },
    stdio: ['ignore', 'inherit', 'inherit']
  })
}

/** Runs the bundled agent for so many seconds after its start, and watches it from outside. */
export const measureSteady = async (
  bundle: string,
  { seconds, compression, flags = NODE_FLAGS }: { seconds: number; compression: boolean; flags?: readonly string[] }
): Promise<SteadyFigures> => {
  // Not in memory: the disk's counters are wanted.
  const dir = mkdtempSync(join(process.env['BENCH_DIR'] ?? tmpdir(), 'bench-agent-'))
  const platform = await new FakeWss1({ compression }).start()
  const agent = startAgent(bundle, dir, platform, compression, flags)
  const samples: ProcessStats[] = []
  try {
    let startReadings = 0
    let startBytes = 0
    let last: ProcessStats | null = null
    for (let second = 0; second < WARM_UP_SECS + seconds; second++) {
      await new Promise(resolve => setTimeout(resolve, 1000))
      last = readProcess(agent.pid!)
      if (second < WARM_UP_SECS) continue
      if (samples.length === 0) {
        startReadings = platform.history.kept.length
        startBytes = platform.receivedBytes
      }
      samples.push(last)
    }
    const readings = platform.history.kept.length - startReadings
    const wireBytes = platform.receivedBytes - startBytes
    const rss = samples.map(({ rssMib }) => rssMib)
    const first = samples[0]!
    const span = samples.length - 1
    return {
      seconds: span,
      readings,
      rssP50: percentile(rss, 50),
      rssP99: percentile(rss, 99),
      cpuPercent: (last!.cpuSecs - first.cpuSecs) / span * 100,
      diskBytesPerSec: (last!.diskBytes - first.diskBytes) / span,
      wireBytesPerReading: wireBytes / readings,
      payloadBytes: Buffer.byteLength(JSON.stringify(platform.history.kept.at(-1)!.payload))
    }
  } finally {
    agent.kill('SIGTERM')
    if (agent.exitCode === null) await once(agent, 'exit')
    await platform.stop()
    rmSync(dir, { recursive: true, force: true })
  }
}

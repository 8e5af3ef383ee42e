import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { build } from 'esbuild'
import t from 'tap'
import { FakeWss1 } from '@motience/testing'

const DAY = 86_400
const OFFLINE_KILLS = 25
const ONLINE_KILLS = 25
/** Readings that are taken after the outage, while the backlog drains. */
const AFTER = 5000

// Half a minute of work; a busy machine makes minutes of it.
t.setTimeout(400_000)

t.test(
  'a day offline with 50 kills: history has 1…N without gaps or repeats',
  { timeout: 400_000 },
  async t => {
    const dir = t.testdir()
    const child = join(dir, 'child.mjs')
    await build({
      entryPoints: [join(import.meta.dirname, 'kill-child.ts')],
      outfile: child,
      bundle: true,
      platform: 'node',
      format: 'esm',
      conditions: ['motience-source'],
      external: ['ws'],
      logLevel: 'error'
    })
    // Cuts the connection before one answer in fifty, so that acks are lost too.
    const platform = await new FakeWss1({ answers: () => Math.random() > 0.02 }).start()
    t.teardown(() => platform.stop())
    let kills = 0

    /** Runs the device, and kills it after it has said so many dots; false if it came to its end before. */
    const life = async (last: number, mode: 'offline' | 'online', dots: number): Promise<boolean> => {
      const device = spawn(
        process.execPath,
        [child, join(dir, 'buffer'), platform.authUrl, platform.websocketUrl, String(last), mode],
        { env: { PATH: process.env['PATH'] }, stdio: ['ignore', 'pipe', 'inherit'] }
      )
      let said = 0
      device.stdout.on('data', (text: Buffer) => {
        said += text.length
        if (said >= dots) device.kill('SIGKILL')
      })
      const [code, signal] = (await once(device, 'exit')) as [number | null, string | null]
      if (code !== null && code !== 0) throw new Error(`The device ended with ${code}`)
      if (signal === 'SIGKILL') kills++
      return signal === 'SIGKILL'
    }
    const random = (most: number) => 1 + Math.floor(Math.random() * most)

    await platform.stop()
    for (let i = 1; i <= OFFLINE_KILLS; i++) {
      await life(Math.ceil((DAY * i) / OFFLINE_KILLS), 'offline', random(DAY / OFFLINE_KILLS / 50))
    }
    while (await life(DAY, 'offline', Infinity));
    t.equal(platform.history.kept.length, 0)

    await platform.start()
    for (let i = 1; i <= ONLINE_KILLS; i++) {
      await life(DAY + Math.ceil((AFTER * i) / ONLINE_KILLS), 'online', random(60))
    }
    while (await life(DAY + AFTER, 'online', Infinity));

    t.ok(kills >= 45, `${kills} kills`)
    t.equal(platform.history.kept.length, DAY + AFTER)
    t.equal(platform.history.firstMismatch(DAY + AFTER), null)
    t.equal(platform.history.passed, 0, 'and no number was ever passed over')
    t.comment(
      `${kills} kills, ${platform.connections} connections, ${platform.history.repeats} repeats that were recognised`
    )
  }
)

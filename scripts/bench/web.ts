import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import type { Browser, Page } from 'playwright-core'
import { WebSocket } from 'ws'
import { openBrowser } from '../../services/web/test/support/browser.js'
import { buildPages, signIn } from '../../services/web/test/support/pages.js'
import { startPlatform, type TestPlatform } from '../../services/web/test/support/platform.js'

/**
 * Frames a second and memory of the consumer's page under load: one producer with `--series` devices, each with one
 * number `--rate` times a second in a message of its own. Platform, load and browser share this machine, the browser
 * draws without a GPU.
 *
 *     node --conditions=motience-source --import tsx scripts/bench/web.ts --seconds 600
 */
const { values } = parseArgs({
  options: {
    series: { type: 'string', default: '20' },
    rate: { type: 'string', default: '50' },
    seconds: { type: 'string', default: '20' },
    width: { type: 'string', default: '1600' },
    height: { type: 'string', default: '1000' }
  }
})
const series = Number(values.series)
const rate = Number(values.rate)
const seconds = Number(values.seconds)

const TICK_MS = 20

/** Sends at the asked rate until it is stopped. */
const startLoad = async (platform: TestPlatform, token: string): Promise<() => number> => {
  const socket = new WebSocket(platform.producerUrl, ['motience.v1', `token.${token}`])
  await new Promise((resolve, reject) => { socket.once('open', resolve).once('error', reject) })
  const start = performance.now()
  let rounds = 0
  const timer = setInterval(() => {
    while (rounds < (performance.now() - start) / 1000 * rate) {
      rounds++
      for (let i = 0; i < series; i++) {
        const value = 20 + 5 * Math.sin(rounds / 40 + i) + Math.random()
        socket.send(
          JSON.stringify({
            type: 'data',
            device_id: `device-${i + 1}`,
            payload: { temperature_c: Number(value.toFixed(3)) }
          })
        )
      }
    }
  }, TICK_MS)
  return () => {
    clearInterval(timer)
    socket.terminate()
    return rounds * series
  }
}

interface Frames { perSecond: number, p50: number, p95: number, p99: number, longest: number, over34: number }

/** Runs in the page: the times of its frames for so long, in milliseconds. */
const watch = (ms: number): string => `new Promise(resolve => {
  const times = []
  const start = performance.now()
  const step = now => {
    times.push(now)
    if (now - start < ${ms}) requestAnimationFrame(step)
    else resolve(times)
  }
  requestAnimationFrame(step)
})`

/** Watches the page's own frames for a while; times between two of them in milliseconds. */
const watchFrames = async (page: Page, forMs: number): Promise<Frames> => {
  const times = await page.evaluate(watch(forMs)) as number[]
  const gaps = times.slice(1).map((time, i) => time - times[i]!).sort((a, b) => a - b)
  const at = (share: number): number => gaps[Math.floor(gaps.length * share)] ?? 0
  return {
    perSecond: gaps.length / ((times.at(-1)! - times[0]!) / 1000),
    p50: at(0.5),
    p95: at(0.95),
    p99: at(0.99),
    longest: gaps.at(-1) ?? 0,
    over34: gaps.filter(gap => gap > 34).length
  }
}

/** Bytes of the page's JavaScript heap that are in use after a collection. */
const heapBytes = async (page: Page): Promise<number> => {
  const session = await page.context().newCDPSession(page)
  await session.send('HeapProfiler.collectGarbage')
  const { usedSize } = await session.send('Runtime.getHeapUsage')
  await session.detach()
  return usedSize
}

/** Bytes of memory that the browser's renderers have, buffers outside the heap included (Linux). */
const rendererBytes = async (browser: Browser): Promise<number> => {
  const session = await browser.newBrowserCDPSession()
  const { processInfo } = await session.send('SystemInfo.getProcessInfo')
  await session.detach()
  const sizes = await Promise.all(processInfo.filter(({ type }) => type === 'renderer').map(async ({ id }) => {
    const status = await readFile(`/proc/${id}/status`, 'utf8').catch(() => '')
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024
  }))
  return sizes.reduce((sum, size) => sum + size, 0)
}

const megabytes = (bytes: number): string => (bytes / 1048576).toFixed(1)

const browser = await openBrowser()
if (browser === null) throw new Error('No Chromium to measure with')
await buildPages()
const platform = await startPlatform({ DSM_PERSIST: 'false', WSS2_MAX_QUEUE_MESSAGES: '20000' })
const producer = await platform.account('machine', 'producer')
const consumer = await platform.account('reader', 'consumer')
await platform.subscribe(consumer, producer.user_id)

const context = await browser.newContext({ viewport: { width: Number(values.width), height: Number(values.height) } })
const page = await context.newPage()
await page.goto(platform.consumerPage)
await signIn(page, 'reader')
const stop = await startLoad(platform, producer.access_token)
await page.locator('.chart-card').nth(series - 1).waitFor()
const inView = (await page.evaluate(
  '[...document.querySelectorAll(".chart-card")].filter(card => ' +
  'card.querySelector(".plot").getBoundingClientRect().top < innerHeight).length'
)) as number

console.log(
  `${series} series at ${rate} messages a second each, ${inView} of them in view at ${values.width} × ${values.height}`
)
const slice = Math.min(20, seconds)
for (let done = 0; done < seconds; done += slice) {
  const frames = await watchFrames(page, slice * 1000)
  const received = await page.locator('.bar .facts b').first().textContent()
  console.log(
    [
      `${String(done + slice).padStart(4)} s`,
      `${frames.perSecond.toFixed(1)} frames/s`,
      `p50 ${frames.p50.toFixed(1)} ms`,
      `p95 ${frames.p95.toFixed(1)} ms`,
      `p99 ${frames.p99.toFixed(1)} ms`,
      `longest ${frames.longest.toFixed(0)} ms`,
      `${frames.over34} over 34 ms`,
      `heap ${megabytes(await heapBytes(page))} MiB`,
      `renderer ${megabytes(await rendererBytes(browser))} MiB`,
      `${received ?? '?'} msg/s`
    ].join(' · ')
  )
}
console.log(`${stop()} messages were sent`)
await browser.close()
await platform.close()

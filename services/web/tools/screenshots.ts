import { mkdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import type { WebSocket } from 'ws'
import { openBrowser } from '../test/support/browser.js'
import { connectDevice } from '../test/support/device.js'
import { buildPages, signIn } from '../test/support/pages.js'
import { startPlatform, type TestPlatform } from '../test/support/platform.js'

/**
 * Takes the screenshots in docs/images: every view of both pages, light, dark and on a phone, on a platform of its own
 * with an hour of sample data.
 *
 *     node --conditions=motience-source --import tsx services/web/tools/screenshots.ts
 */
const folder = fileURLToPath(new URL('../../../docs/images/', import.meta.url))

/** Seconds of live data before the screenshots, and between two messages in the hour before. */
const LIVE_SECONDS = 65
const PAST_STEP_SECONDS = 2

interface Sample { device: string, payload: object, everyTicks: number }

/** The measurements of the press line at a time, in seconds. */
const press = (s: number): Sample[] => [
  {
    device: 'press-2',
    everyTicks: 1,
    payload: {
      temperature_c: Number(
        (
          58 +
          3.2 * Math.sin(s / 480) +
          0.9 * Math.sin(s / 47) +
          0.3 * Math.sin(s / 3.1) +
          Math.random() * 0.15
        ).toFixed(2)
      ),
      speed_rpm: Math.round(1450 + 120 * Math.sin(s / 9) + Math.random() * 9),
      pressure: { value: Number((4.2 + 0.35 * Math.sin(s / 14) + Math.random() * 0.04).toFixed(3)), unit: 'bar' },
      load_pct: Number((50 + 38 * ((s / 21) % 1)).toFixed(1)),
      power_kw: Number((7.4 + 1.8 * Math.sin(s / 9 + 0.6) + Math.random() * 0.2).toFixed(2)),
      vibration: {
        value: Number((0.4 + 0.25 * Math.abs(Math.sin(s / 5)) + Math.random() * 0.12).toFixed(3)),
        unit: 'mm/s'
      }
    }
  },
  {
    device: 'conveyor',
    everyTicks: 2,
    payload: {
      speed_mps: Number((1.2 + 0.08 * Math.sin(s / 6)).toFixed(3)),
      current_a: Number((6.2 + 0.3 * Math.sin(s / 17) + Math.random() * 0.1).toFixed(2))
    }
  }
]
const greenhouse = (s: number): Sample[] => [
  {
    device: 'bay-4',
    everyTicks: 10,
    payload: {
      temperature_c: Number((21 + 2 * Math.sin(s / 300)).toFixed(2)),
      humidity_pct: Number((61 + 6 * Math.cos(s / 220)).toFixed(1)),
      co2_ppm: Math.round(612 + 80 * Math.sin(s / 90))
    }
  }
]

/** Sends the last hour in batches, then live data, ten ticks per second. */
const produce = async (socket: WebSocket, make: (seconds: number) => Sample[]): Promise<() => void> => {
  const now = Date.now()
  const past = Array.from(
    { length: 3600 / PAST_STEP_SECONDS },
    (_, i) => now - 3_600_000 + i * PAST_STEP_SECONDS * 1000
  )
  for (let i = 0; i < past.length; i += 100) {
    const messages = past
      .slice(i, i + 100)
      .flatMap(time =>
        make(time / 1000).map(({ device, payload }) => ({
          device_id: device,
          payload,
          timestamp: new Date(time).toISOString()
        }))
      )
    const acked = new Promise(resolve => { socket.once('message', resolve) })
    socket.send(JSON.stringify({ type: 'batch', messages }))
    await acked
  }
  let tick = 0
  const timer = setInterval(() => {
    tick++
    for (const { device, payload, everyTicks } of make(Date.now() / 1000)) {
      if (tick % everyTicks === 0) socket.send(JSON.stringify({ type: 'data', device_id: device, payload }))
    }
  }, 100)
  return () => { clearInterval(timer) }
}

const variants = [
  { name: 'light', colorScheme: 'light' as const, viewport: { width: 1360, height: 850 } },
  { name: 'dark', colorScheme: 'dark' as const, viewport: { width: 1360, height: 850 } },
  { name: 'phone', colorScheme: 'light' as const, viewport: { width: 390, height: 844 } }
]

const settled = async (page: Page): Promise<void> => {
  await page.locator('.progress').waitFor({ state: 'detached' })
  await page.waitForTimeout(1200)
}

const takeAll = async (browser: Browser, platform: TestPlatform): Promise<void> => {
  const opened = await Promise.all(variants.map(async variant => {
    const context = await browser.newContext({ colorScheme: variant.colorScheme, viewport: variant.viewport })
    const [consumer, producer] = [await context.newPage(), await context.newPage()]
    const take = async (page: Page, name: string): Promise<void> => {
      await page.bringToFront()
      await settled(page)
      await page.screenshot({ path: `${folder}${name}-${variant.name}.png` })
    }
    return { consumer, producer, take }
  }))
  for (const { consumer, producer, take } of opened) {
    await consumer.goto(platform.consumerPage)
    await take(consumer, 'consumer-sign-in')
    await signIn(consumer, 'anna.lindqvist')
    await producer.goto(platform.producerPage)
    await signIn(producer, 'press-line-2')
  }
  await opened[0]!.producer.waitForTimeout(LIVE_SECONDS * 1000)
  for (const { consumer, producer, take } of opened) {
    await take(consumer, 'consumer-live')
    for (const view of ['catalogue', 'messages', 'history']) {
      await consumer.goto(`${platform.consumerPage}/#/${view}`)
      if (view === 'history') await consumer.locator('.range-form select').nth(2).selectOption('temperature_c')
      await take(consumer, `consumer-${view}`)
    }
    await consumer.goto(`${platform.consumerPage}/#/alerts`)
    for (const [path, limit] of [['temperature_c', '40'], ['load_pct', '99']] as const) {
      await consumer.locator('.rule-form select').first().selectOption({ label: 'press-line-2' })
      await consumer.locator('.rule-form select').nth(2).selectOption(path)
      await consumer.getByLabel('Threshold').fill(limit)
      await consumer.getByRole('button', { name: 'Add rule' }).click()
    }
    await consumer.getByText('firing for').waitFor()
    await take(consumer, 'consumer-alerts')
    await producer.goto(`${platform.producerPage}/#/send`)
    for (let i = 0; i < 4; i++) await producer.getByRole('button', { name: 'Send (Ctrl+Enter)' }).click()
    await producer.locator('.receipts tbody tr').nth(3).waitFor()
    await take(producer, 'producer-send')
    for (const view of ['', 'subscribers', 'connect']) {
      await producer.goto(`${platform.producerPage}/#/${view}`)
      if (view === '') await producer.getByLabel('Field').selectOption('press-2 temperature_c')
      await take(producer, `producer-${view === '' ? 'overview' : view}`)
    }
  }
}

const browser = await openBrowser()
if (browser === null) throw new Error('No Chromium found')
await mkdir(folder, { recursive: true })
await buildPages()
const platform = await startPlatform()
const line = await platform.account('press-line-2', 'producer', 'hall-3')
const house = await platform.account('greenhouse-north', 'producer', 'north')
const store = await platform.account('cold-store', 'producer', 'store-1')
await platform.account('wind-07', 'producer', 'turbine')
await platform.account('pump-station', 'producer', 'ps-4')
const anna = await platform.account('anna.lindqvist', 'consumer')
const board = await platform.account('lab-dashboard', 'consumer')
const quality = await platform.account('quality-team', 'consumer')
await platform.subscribe(anna, line.user_id)
await platform.subscribe(anna, house.user_id)
await platform.subscribe(board, line.user_id)
for (const producer of [line, store]) await platform.approveManually(producer)
await platform.subscribe(anna, store.user_id)
await platform.subscribe(quality, line.user_id)
const stops = [
  await produce(await connectDevice(platform, line), press),
  await produce(await connectDevice(platform, house), greenhouse)
]
await takeAll(browser, platform)
for (const stop of stops) stop()
await browser.close()
await platform.close()
process.exit(0)

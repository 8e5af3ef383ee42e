import { waitFor } from '@motience/testing'
import axe from 'axe-core'
import type { Page } from 'playwright-core'
import t from 'tap'
import { connectDevice } from './support/device.js'
import { openPage, signIn } from './support/pages.js'
import { withBrowser } from './support/with-browser.js'

interface Violation { impact?: string | null, id: string, nodes: { html: string }[] }

/** Descriptions of serious and critical axe violations. */
const seriousViolations = async (page: Page): Promise<string[]> => {
  // Evaluated through the debugger, because the content security policy blocks injected script elements.
  await page.evaluate(axe.source)
  const { violations } = await page.evaluate('axe.run()') as { violations: Violation[] }
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`)
}

await withBrowser(async ({ platform, newContext }) => {
  const producer = await platform.account('machine', 'producer', 'm-1')
  const consumer = await platform.account('reader', 'consumer')
  await platform.subscribe(consumer, producer.user_id)
  const device = await connectDevice(platform, producer)
  t.teardown(() => { device.terminate() })
  for (let i = 0; i < 20; i++) device.send(JSON.stringify({ type: 'data', payload: { temperature_c: 20 + i } }))

  for (const colorScheme of ['light', 'dark'] as const) {
    for (const viewport of [{ width: 1280, height: 800 }, { width: 390, height: 844 }]) {
      t.test(`axe finds no serious violations, ${colorScheme} theme, ${viewport.width} px wide`, async t => {
        const context = await newContext({ colorScheme, viewport, reducedMotion: 'reduce' })
        const { page } = await openPage(context, platform.consumerPage)
        await page.locator('form').waitFor()
        t.same(await seriousViolations(page), [], 'sign-in form')
        await signIn(page, 'reader')
        await page.locator('.chart-card').first().waitFor()
        for (const view of ['', 'catalogue', 'messages', 'history', 'alerts']) {
          await page.goto(`${platform.consumerPage}/#/${view}`)
          await waitFor(
            async () => (await page.locator('h1').count()) === 1 && (await page.locator('.progress').count()) === 0
          )
          t.same(await seriousViolations(page), [], `consumer, ${view}`)
        }
        const other = await openPage(context, platform.producerPage)
        await signIn(other.page, 'machine')
        for (const view of ['', 'send', 'subscribers', 'connect']) {
          await other.page.goto(`${platform.producerPage}/#/${view}`)
          await waitFor(
            async () =>
              (await other.page.locator('h1').count()) === 1 && (await other.page.locator('.progress').count()) === 0
          )
          t.same(await seriousViolations(other.page), [], `producer, ${view}`)
        }
        await context.close()
      })
    }
  }
})

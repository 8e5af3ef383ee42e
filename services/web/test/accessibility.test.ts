import { waitFor } from '@motience/testing'
import axe from 'axe-core'
import type { Page } from 'playwright-core'
import t from 'tap'
import { WebSocket } from 'ws'
import { openBrowser } from './support/browser.js'
import { buildPages, openPage, signIn } from './support/pages.js'
import { startPlatform } from './support/platform.js'

interface Finding { impact?: string | null, id: string, nodes: { html: string }[] }

/** What axe calls serious or worse, in words. */
const seriousFaults = async (page: Page): Promise<string[]> => {
  // Evaluated by the debugger and not by a script element, which the content policy would not let run.
  await page.evaluate(axe.source)
  const { violations } = await page.evaluate('axe.run()') as { violations: Finding[] }
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`)
}

const browser = await openBrowser()

if (browser === null) t.pass('there is no browser to test with')
else {
  await buildPages()
  const platform = await startPlatform()
  t.teardown(async () => {
    await browser.close()
    await platform.close()
  })
  const producer = await platform.account('machine', 'producer', 'm-1')
  const consumer = await platform.account('reader', 'consumer')
  await platform.subscribe(consumer, producer.user_id)
  const device = new WebSocket(platform.producerUrl, ['motience.v1', `token.${producer.access_token}`])
  t.teardown(() => { device.terminate() })
  device.on('open', () => {
    for (let i = 0; i < 20; i++) device.send(JSON.stringify({ type: 'data', payload: { temperature_c: 20 + i } }))
  })

  for (const colorScheme of ['light', 'dark'] as const) {
    for (const viewport of [{ width: 1280, height: 800 }, { width: 390, height: 844 }]) {
      t.test(`axe finds no serious fault, ${colorScheme}, ${viewport.width} wide`, async t => {
        const context = await browser.newContext({ colorScheme, viewport, reducedMotion: 'reduce' })
        context.setDefaultTimeout(20_000)
        const { page } = await openPage(context, platform.consumerPage)
        await page.locator('form').waitFor()
        t.same(await seriousFaults(page), [], 'signing in')
        await signIn(page, 'reader')
        await page.locator('.chart-card').first().waitFor()
        for (const view of ['', 'catalogue', 'messages', 'history', 'alerts']) {
          await page.goto(`${platform.consumerPage}/#/${view}`)
          await waitFor(
            async () => (await page.locator('h1').count()) === 1 && (await page.locator('.progress').count()) === 0
          )
          t.same(await seriousFaults(page), [], `consumer, ${view}`)
        }
        const other = await openPage(context, platform.producerPage)
        await signIn(other.page, 'machine')
        for (const view of ['', 'send', 'subscribers', 'connect']) {
          await other.page.goto(`${platform.producerPage}/#/${view}`)
          await waitFor(
            async () =>
              (await other.page.locator('h1').count()) === 1 && (await other.page.locator('.progress').count()) === 0
          )
          t.same(await seriousFaults(other.page), [], `producer, ${view}`)
        }
        await context.close()
      })
    }
  }
}

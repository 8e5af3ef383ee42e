import type { Page } from 'playwright-core'
import t from 'tap'
import { chart, goTo, openPage, sendPayload, signUp } from './support/pages.js'
import { withBrowser } from './support/with-browser.js'

await withBrowser(async ({ platform, newContext }) => {
  const named = (url: string): string => url.replace('127.0.0.1', 'motience.test')
  const context = await newContext()
  const connections: string[] = []
  const open = async (url: string): Promise<{ page: Page, consoleErrors: string[] }> => {
    const page = await context.newPage()
    page.on('request', request => {
      if (request.url().startsWith('http')) connections.push(new URL(request.url()).origin)
    })
    page.on('websocket', ws => { connections.push(new URL(ws.url()).origin.replace(/^ws/, 'http')) })
    return await openPage(context, url, page)
  }
  const producer = await open(named(platform.producerPage))
  const consumer = await open(named(platform.consumerPage))

  t.test('pages opened under another host name sign in, send and receive', async () => {
    await signUp(producer.page, 'press-line')
    await producer.page.getByText('Connected', { exact: true }).waitFor()
    await signUp(consumer.page, 'anna')
    await consumer.page.getByRole('link', { name: 'Browse producers' }).click()
    await consumer.page.getByRole('button', { name: 'Subscribe press-line' }).click()
    await consumer.page.getByRole('status').getByText('Live', { exact: true }).waitFor()
    await goTo(consumer.page, 'Live')
    await goTo(producer.page, 'Send')
    await sendPayload(producer.page, { temperature_c: 21.25 })
    await chart(consumer.page, 'temperature_c').getByText('21.25', { exact: true }).first().waitFor()
  })

  t.test('history is loaded, and device commands use the same host name', async t => {
    await consumer.page.reload()
    await chart(consumer.page, 'temperature_c').getByText('21.25', { exact: true }).first().waitFor()
    await goTo(producer.page, 'Device')
    const origin = named(platform.producerPage)
    await producer.page.getByRole('cell', { name: `${origin}/ap`, exact: true }).waitFor()
    await producer.page.getByRole('cell', { name: `${origin.replace('http', 'ws')}/producer`, exact: true }).waitFor()
    t.match(await producer.page.locator('pre, code').first().textContent(), new RegExp(`AUTH_URL=${origin}/ap`))
  })

  t.test('each page only connected to its own origin, and violated no policy', async t => {
    t.same([...new Set(connections)].sort(), [named(platform.producerPage), named(platform.consumerPage)].sort())
    // Browsers report that they ignore these two headers without TLS.
    const ignored = /Cross-Origin-Opener-Policy header has been ignored|requested an origin-keyed agent cluster/
    t.same([...producer.consoleErrors, ...consumer.consoleErrors].filter(text => !ignored.test(text)), [])
  })
}, {
  hosts: { 'motience.test': '127.0.0.1' },
  // The default origins do not include this host.
  environment: { CORS_ORIGIN: '' }
})

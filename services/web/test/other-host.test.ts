import type { Page } from 'playwright-core'
import t from 'tap'
import { openBrowser } from './support/browser.js'
import { buildPages, chart, goTo, openPage, signUp } from './support/pages.js'
import { startPlatform } from './support/platform.js'

const browser = await openBrowser({ 'motience.test': '127.0.0.1' })

if (browser === null) t.pass('there is no browser to test with')
else {
  await buildPages()
  // `CORS_ORIGIN` as it is unless somebody sets it: it names none of these hosts.
  const platform = await startPlatform({ CORS_ORIGIN: '' })
  t.teardown(async () => {
    await browser.close()
    await platform.close()
  })
  const named = (url: string): string => url.replace('127.0.0.1', 'motience.test')
  const context = await browser.newContext()
  context.setDefaultTimeout(20_000)
  const connections: string[] = []
  const open = async (url: string): Promise<{ page: Page, complaints: string[] }> => {
    const page = await context.newPage()
    page.on('request', request => {
      if (request.url().startsWith('http')) connections.push(new URL(request.url()).origin)
    })
    page.on('websocket', ws => { connections.push(new URL(ws.url()).origin.replace(/^ws/, 'http')) })
    return await openPage(context, url, page)
  }
  const producer = await open(named(platform.producerPage))
  const consumer = await open(named(platform.consumerPage))

  t.test('pages opened by another name sign in, send and receive live', async () => {
    await signUp(producer.page, 'press-line')
    await producer.page.getByText('Connected', { exact: true }).waitFor()
    await signUp(consumer.page, 'anna')
    await consumer.page.getByRole('link', { name: 'Browse the producers' }).click()
    await consumer.page.getByRole('button', { name: 'Subscribe press-line' }).click()
    await consumer.page.getByRole('status').getByText('Live', { exact: true }).waitFor()
    await goTo(consumer.page, 'Live')
    await goTo(producer.page, 'Send')
    await producer.page.getByLabel('Payload, a JSON object').fill('{"temperature_c": 21.25}')
    await producer.page.getByRole('button', { name: 'Send (Control and Enter)' }).click()
    await chart(consumer.page, 'temperature_c').getByText('21.25', { exact: true }).first().waitFor()
  })

  t.test('history is read, and a device is given addresses that it reaches too', async t => {
    await consumer.page.reload()
    await chart(consumer.page, 'temperature_c').getByText('21.25', { exact: true }).first().waitFor()
    await goTo(producer.page, 'Device')
    const origin = named(platform.producerPage)
    await producer.page.getByRole('cell', { name: `${origin}/ap`, exact: true }).waitFor()
    await producer.page.getByRole('cell', { name: `${origin.replace('http', 'ws')}/producer`, exact: true }).waitFor()
    t.match(await producer.page.locator('pre, code').first().textContent(), new RegExp(`AUTH_URL=${origin}/ap`))
  })

  t.test('each page talked to its own origin alone, and broke no policy', async t => {
    t.same([...new Set(connections)].sort(), [named(platform.producerPage), named(platform.consumerPage)].sort())
    // A browser ignores these two headers where the page comes without TLS, and says so.
    const ignored = /Cross-Origin-Opener-Policy header has been ignored|requested an origin-keyed agent cluster/
    t.same([...producer.complaints, ...consumer.complaints].filter(text => !ignored.test(text)), [])
  })
}

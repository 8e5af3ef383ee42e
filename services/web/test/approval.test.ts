import t from 'tap'
import { openBrowser } from './support/browser.js'
import { buildPages, chart, goTo, openPage, signUp } from './support/pages.js'
import { startPlatform } from './support/platform.js'

const browser = await openBrowser()

if (browser === null) t.pass('there is no browser to test with')
else {
  await buildPages()
  const platform = await startPlatform()
  t.teardown(async () => {
    await browser.close()
    await platform.close()
  })
  // Each person in a browser profile of their own: a page's session is kept for its address.
  const open = async (url: string) => {
    const context = await browser.newContext()
    context.setDefaultTimeout(20_000)
    return await openPage(context, url)
  }
  const producer = await open(platform.producerPage)
  const consumers = [await open(platform.consumerPage), await open(platform.consumerPage)] as const

  const send = async (payload: object): Promise<void> => {
    await goTo(producer.page, 'Send')
    await producer.page.getByLabel('Payload, a JSON object').fill(JSON.stringify(payload))
    await producer.page.getByRole('button', { name: 'Send (Control and Enter)' }).click()
    await producer.page.locator('.receipts tbody tr').first().getByText('kept').waitFor()
  }

  t.test('a producer asks to approve by hand, and who subscribes then waits', async () => {
    await signUp(producer.page, 'kiln')
    await producer.page.getByText('Connected', { exact: true }).waitFor()
    await goTo(producer.page, 'Subscribers')
    await producer.page.getByText('Nobody subscribes yet').waitFor()
    await producer.page.getByRole('button', { name: 'Ask me first' }).click()
    await producer.page.getByText('New subscribers wait for your approval').waitFor()
    for (const [i, { page }] of consumers.entries()) {
      await signUp(page, ['ben', 'cleo'][i]!)
      await page.getByRole('link', { name: 'Browse the producers' }).click()
      await page.getByRole('button', { name: 'Subscribe kiln' }).click()
      await page.getByText('waits for approval', { exact: true }).waitFor()
      await goTo(page, 'Live')
      await page.getByText(/kiln approves subscribers by hand/).waitFor()
    }
  })

  t.test('who waits sees nothing; who is approved sees what comes then, without a reload', async t => {
    await send({ heat_c: 101 })
    await goTo(producer.page, 'Subscribers')
    await producer.page.getByRole('button', { name: 'Approve ben' }).click()
    await producer.page.getByText('ben gets your data now').waitFor()
    const [{ page: approved }, { page: waiting }] = consumers
    await approved.getByText('Waiting for the first numbers').waitFor()
    await send({ heat_c: 202 })
    await chart(approved, 'heat_c').getByText('202', { exact: true }).first().waitFor()
    await goTo(approved, 'Messages')
    await approved.locator('.log-line', { hasText: '202' }).waitFor()
    t.equal(await approved.locator('.log-line').count(), 1, 'and not what was sent while it waited')
    t.equal(await waiting.locator('.chart-card').count(), 0)
  })

  t.test('who is refused is told so, and may be let in again', async () => {
    const [, { page }] = consumers
    await goTo(producer.page, 'Subscribers')
    await producer.page.getByRole('button', { name: 'Refuse cleo' }).click()
    await producer.page.getByText('cleo was refused').waitFor()
    await page.getByText(/kiln approves subscribers by hand/).waitFor({ state: 'detached' })
    await producer.page.getByRole('button', { name: 'Let in again cleo' }).click()
    await producer.page.getByText('cleo gets your data now').waitFor()
    await page.getByText('Waiting for the first numbers').waitFor()
    await send({ heat_c: 303 })
    await chart(page, 'heat_c').getByText('303', { exact: true }).first().waitFor()
  })

  t.test('nothing broke the content policy', async t => {
    t.same([producer, ...consumers].flatMap(({ complaints }) => complaints), [])
  })
}

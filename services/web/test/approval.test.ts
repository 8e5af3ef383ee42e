import t from 'tap'
import { chart, goTo, openPage, sendPayload, signUp } from './support/pages.js'
import { withBrowser } from './support/with-browser.js'

await withBrowser(async ({ platform, newContext }) => {
  const open = async (url: string) => await openPage(await newContext(), url)
  const producer = await open(platform.producerPage)
  const consumers = [await open(platform.consumerPage), await open(platform.consumerPage)] as const

  const send = async (payload: object): Promise<void> => {
    await goTo(producer.page, 'Send')
    await sendPayload(producer.page, payload)
    await producer.page.locator('.receipts tbody tr').first().getByText('stored').waitFor()
  }

  t.test('new subscribers wait if the producer approves manually', async () => {
    await signUp(producer.page, 'kiln')
    await producer.page.getByText('Connected', { exact: true }).waitFor()
    await goTo(producer.page, 'Subscribers')
    await producer.page.getByText('No subscribers yet').waitFor()
    await producer.page.getByRole('button', { name: 'Approve manually' }).click()
    await producer.page.getByText('New subscriptions require your approval').waitFor()
    for (const [i, { page }] of consumers.entries()) {
      await signUp(page, ['ben', 'cleo'][i]!)
      await page.getByRole('link', { name: 'Browse producers' }).click()
      await page.getByRole('button', { name: 'Subscribe kiln' }).click()
      await page.getByText('pending approval', { exact: true }).waitFor()
      await goTo(page, 'Live')
      await page.getByText(/kiln approves subscribers manually/).waitFor()
    }
  })

  t.test('a pending subscriber receives nothing; an approved one receives new messages without a reload', async t => {
    await send({ heat_c: 101 })
    await goTo(producer.page, 'Subscribers')
    await producer.page.getByRole('button', { name: 'Approve ben' }).click()
    await producer.page.getByText('ben was approved').waitFor()
    const [{ page: approved }, { page: waiting }] = consumers
    await approved.getByText('Waiting for data').waitFor()
    await send({ heat_c: 202 })
    await chart(approved, 'heat_c').getByText('202', { exact: true }).first().waitFor()
    await goTo(approved, 'Messages')
    await approved.locator('.log-line', { hasText: '202' }).waitFor()
    t.equal(await approved.locator('.log-line').count(), 1, 'not what was sent before the approval')
    t.equal(await waiting.locator('.chart-card').count(), 0)
  })

  t.test('a rejected subscriber can be approved later', async () => {
    const [, { page }] = consumers
    await goTo(producer.page, 'Subscribers')
    await producer.page.getByRole('button', { name: 'Reject cleo' }).click()
    await producer.page.getByText('cleo was rejected').waitFor()
    await page.getByText(/kiln approves subscribers manually/).waitFor({ state: 'detached' })
    await producer.page.getByRole('button', { name: 'Approve cleo' }).click()
    await producer.page.getByText('cleo was approved').waitFor()
    await page.getByText('Waiting for data').waitFor()
    await send({ heat_c: 303 })
    await chart(page, 'heat_c').getByText('303', { exact: true }).first().waitFor()
  })

  t.test('nothing violated the content security policy', async t => {
    t.same([producer, ...consumers].flatMap(({ consoleErrors }) => consoleErrors), [])
  })
})

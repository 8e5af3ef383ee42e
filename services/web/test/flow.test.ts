import { waitFor } from '@motience/testing'
import t from 'tap'
import { openBrowser } from './support/browser.js'
import { buildPages, chart, fact, goTo, openPage, signUp } from './support/pages.js'
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
  const context = await browser.newContext()
  context.setDefaultTimeout(20_000)
  const producer = await openPage(context, platform.producerPage)
  const consumer = await openPage(context, platform.consumerPage)

  const send = async (payload: object): Promise<void> => {
    await producer.page.getByLabel('Payload, a JSON object').fill(JSON.stringify(payload))
    await producer.page.getByRole('button', { name: 'Send (Control and Enter)' }).click()
  }

  t.test('a producer signs up and is connected', async () => {
    await signUp(producer.page, 'press-line')
    await producer.page.getByText('Connected', { exact: true }).waitFor()
    await goTo(producer.page, 'Send')
    await producer.page.getByText('No acknowledgement yet').waitFor()
  })

  t.test('a consumer signs up, finds it and subscribes', async () => {
    await signUp(consumer.page, 'anna')
    await consumer.page.getByRole('link', { name: 'Browse the producers' }).click()
    await consumer.page.getByLabel('Search producers').fill('nothing like it')
    await consumer.page.getByText('Nothing is called').waitFor()
    await consumer.page.getByLabel('Search producers').fill('ress-li')
    await consumer.page.getByRole('button', { name: 'Subscribe press-line' }).click()
    await consumer.page.getByText('subscribed', { exact: true }).waitFor()
    await consumer.page.getByRole('status').getByText('Live', { exact: true }).waitFor()
    await goTo(consumer.page, 'Live')
    await consumer.page.getByText('Waiting for the first numbers').waitFor()
  })

  t.test('a value that is sent is seen, and its chart moves', async t => {
    await send({ temperature_c: 21.25 })
    const card = chart(consumer.page, 'temperature_c')
    await card.getByText('21.25', { exact: true }).first().waitFor()
    t.equal(await card.locator('.unit').textContent(), '°C')
    const before = await card.locator('canvas').screenshot()
    await send({ temperature_c: 28.5 })
    await card.locator('.value', { hasText: '28.5' }).waitFor()
    t.match(await card.locator('.chart-range').textContent(), /min 21\.25.*max 28\.50/)
    await waitFor(async () => !before.equals(await card.locator('canvas').screenshot()), { what: 'another drawing' })
    await producer.page.locator('.receipts tbody tr').nth(1).getByText('kept').waitFor()
  })

  t.test('what is no JSON is told as it is typed, and can not be sent', async t => {
    await producer.page.getByLabel('Payload, a JSON object').fill('{"a": }')
    await producer.page.locator('#payload-check', { hasText: 'Line 1, column 7' }).waitFor()
    t.equal(await producer.page.getByRole('button', { name: 'Send (Control and Enter)' }).isDisabled(), true)
  })

  t.test('over a restart both come back by themselves, without a gap', async t => {
    await producer.page.getByRole('button', { name: 'Generate', exact: true }).click()
    await chart(consumer.page, 'speed_rpm').waitFor()
    await platform.restart(async () => {
      await Promise.all(
        [producer, consumer].map(async ({ page }) => {
          await page
            .getByText(/again in/)
            .first()
            .waitFor()
        })
      )
    })
    await producer.page.getByText('Connected', { exact: true }).waitFor()
    await consumer.page.getByText('Connected again; what was missed follows').waitFor()
    await producer.page.locator('.receipts tbody tr').nth(44).waitFor()
    await producer.page.getByRole('button', { name: 'Stop generating' }).click()
    await goTo(producer.page, 'Overview')
    const inFlight = fact(producer.page, 'In flight')
    await waitFor(async () => await inFlight.textContent() === '0', { what: 'every acknowledgement' })
    const sent = Number((await fact(producer.page, 'Last offset').textContent())!.replace(',', ''))
    t.equal(await fact(producer.page, 'Acknowledged').textContent(), sent.toLocaleString('en'), 'no repeat was counted')

    await goTo(consumer.page, 'Messages')
    const places = consumer.page.locator('.log-line .place')
    await waitFor(async () => (await places.first().textContent())?.endsWith(`·${sent}`) === true, {
      what: 'the last message'
    })
    const offsets = (await places.allTextContents()).map(place => Number(place.split('·')[1]))
    t.same(offsets, Array.from({ length: offsets.length }, (_, i) => sent - i), 'each offset once, none missing')
    t.ok(offsets.length > 40, 'from before and after')
    await goTo(consumer.page, 'Live')
    t.equal(await consumer.page.getByText(/Gap/).count(), 0)
  })

  t.test('nothing is lost on a reload', async t => {
    await consumer.page.reload()
    await chart(consumer.page, 'temperature_c').first().waitFor()
    await producer.page.reload()
    await producer.page.getByText('Connected', { exact: true }).waitFor()
    await goTo(producer.page, 'Send')
    t.equal(
      await producer.page.getByLabel('Payload, a JSON object').inputValue(),
      '{"a": }',
      'the draft is still there'
    )
  })

  t.test('a revocation shows in the chart, and nothing comes after it', async t => {
    await goTo(producer.page, 'Subscribers')
    await producer.page.getByRole('button', { name: 'Revoke anna' }).click()
    await producer.page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click()
    await producer.page.getByText('anna was revoked').waitFor()
    await consumer.page.locator('.group-head').getByText(/^Ended: /).first().waitFor()
    await goTo(producer.page, 'Send')
    await send({ temperature_c: 99.75 })
    await producer.page.locator('.receipts tbody tr').first().waitFor()
    await goTo(consumer.page, 'Messages')
    await consumer.page.locator('.log-line').first().waitFor()
    t.equal(await consumer.page.getByText('99.75').count(), 0)
  })

  t.test('no token was in an address, and nothing broke the content policy', async t => {
    const urls = await Promise.all(
      [producer, consumer].map(
        async ({ page }) =>
          await page.evaluate(() =>
            performance
              .getEntriesByType('resource')
              .map(entry => entry.name)
              .join('\n')
          )
      )
    )
    t.notMatch(urls.join('\n'), /eyJ/)
    const own = [...producer.complaints, ...consumer.complaints].filter(
      text => !/WebSocket connection to|ERR_CONNECTION_REFUSED|ERR_EMPTY_RESPONSE/.test(text)
    )
    t.same(own, [])
  })
}

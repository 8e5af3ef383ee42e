import { waitFor } from '@motience/testing'
import t from 'tap'
import { chart, fact, goTo, openPage, sendPayload, signUp } from './support/pages.js'
import { withBrowser } from './support/with-browser.js'

await withBrowser(async ({ platform, newContext }) => {
  const context = await newContext()
  const producer = await openPage(context, platform.producerPage)
  const consumer = await openPage(context, platform.consumerPage)

  const send = (payload: object): Promise<void> => sendPayload(producer.page, payload)

  t.test('a producer creates an account and connects', async () => {
    await signUp(producer.page, 'press-line')
    await producer.page.getByText('Connected', { exact: true }).waitFor()
    await goTo(producer.page, 'Send')
    await producer.page.getByText('No acknowledgements yet').waitFor()
  })

  t.test('a consumer creates an account, finds the producer and subscribes', async () => {
    await signUp(consumer.page, 'anna')
    await consumer.page.getByRole('link', { name: 'Browse producers' }).click()
    await consumer.page.getByLabel('Search producers').fill('nothing like it')
    await consumer.page.getByText('No producers match').waitFor()
    await consumer.page.getByLabel('Search producers').fill('ress-li')
    await consumer.page.getByRole('button', { name: 'Subscribe press-line' }).click()
    await consumer.page.getByText('subscribed', { exact: true }).waitFor()
    await consumer.page.getByRole('status').getByText('Live', { exact: true }).waitFor()
    await goTo(consumer.page, 'Live')
    await consumer.page.getByText('Waiting for data').waitFor()
  })

  t.test('a sent value appears and its chart is redrawn', async t => {
    await send({ temperature_c: 21.25 })
    const card = chart(consumer.page, 'temperature_c')
    await card.getByText('21.25', { exact: true }).first().waitFor()
    t.equal(await card.locator('.unit').textContent(), '°C')
    const before = await card.locator('canvas').screenshot()
    await send({ temperature_c: 28.5 })
    await card.locator('.value', { hasText: '28.5' }).waitFor()
    t.match(await card.locator('.chart-range').textContent(), /min 21\.25.*max 28\.50/)
    await waitFor(async () => !before.equals(await card.locator('canvas').screenshot()), { what: 'another drawing' })
    await producer.page.locator('.receipts tbody tr').nth(1).getByText('stored').waitFor()
  })

  t.test('invalid JSON is reported while typing and can\'t be sent', async t => {
    await producer.page.getByLabel('Payload, a JSON object').fill('{"a": }')
    await producer.page.locator('#payload-check', { hasText: 'Line 1, column 7' }).waitFor()
    t.equal(await producer.page.getByRole('button', { name: 'Send (Ctrl+Enter)' }).isDisabled(), true)
  })

  t.test('both pages reconnect after a restart without a gap', async t => {
    await producer.page.getByRole('button', { name: 'Generate', exact: true }).click()
    await chart(consumer.page, 'speed_rpm').waitFor()
    await platform.restart(async () => {
      await Promise.all(
        [producer, consumer].map(async ({ page }) => {
          await page
            .getByText(/\. Retrying in \d+ s/)
            .first()
            .waitFor()
        })
      )
    })
    await producer.page.getByText('Connected', { exact: true }).waitFor()
    await consumer.page.getByText('Reconnected, catching up').waitFor()
    await producer.page.locator('.receipts tbody tr').nth(44).waitFor()
    await producer.page.getByRole('button', { name: 'Stop generating' }).click()
    await goTo(producer.page, 'Overview')
    const unacknowledged = fact(producer.page, 'Unacknowledged')
    await waitFor(async () => await unacknowledged.textContent() === '0', { what: 'every acknowledgement' })
    const sent = Number((await fact(producer.page, 'Last offset').textContent())!.replace(',', ''))
    t.equal(await fact(producer.page, 'Acknowledged').textContent(), sent.toLocaleString('en'), 'without duplicates')

    await goTo(consumer.page, 'Messages')
    const positions = consumer.page.locator('.log-line .position')
    await waitFor(async () => (await positions.first().textContent())?.endsWith(`·${sent}`) === true, {
      what: 'the last message'
    })
    const offsets = (await positions.allTextContents()).map(position => Number(position.split('·')[1]))
    t.same(offsets, Array.from({ length: offsets.length }, (_, i) => sent - i), 'each offset once, none missing')
    t.ok(offsets.length > 40, 'from before and after the restart')
    await goTo(consumer.page, 'Live')
    t.equal(await consumer.page.getByText(/Gap/).count(), 0)
  })

  t.test('a reload loses nothing', async t => {
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

  t.test('a revocation is shown, and no further messages arrive', async t => {
    await goTo(producer.page, 'Subscribers')
    await producer.page.getByRole('button', { name: 'Revoke anna' }).click()
    await producer.page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click()
    await producer.page.getByText('anna was revoked').waitFor()
    await consumer.page.locator('.group-head').getByText(/^Access ended: /).first().waitFor()
    await goTo(producer.page, 'Send')
    await send({ temperature_c: 99.75 })
    await producer.page.locator('.receipts tbody tr').first().waitFor()
    await goTo(consumer.page, 'Messages')
    await consumer.page.locator('.log-line').first().waitFor()
    t.equal(await consumer.page.getByText('99.75').count(), 0)
  })

  t.test('no URL contained a token, and nothing violated the content security policy', async t => {
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
    const own = [...producer.consoleErrors, ...consumer.consoleErrors].filter(
      text => !/WebSocket connection to|ERR_CONNECTION_REFUSED|ERR_EMPTY_RESPONSE/.test(text)
    )
    t.same(own, [])
  })
})

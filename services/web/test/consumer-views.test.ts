import { readFile } from 'node:fs/promises'
import { waitFor } from '@motience/testing'
import t from 'tap'
import { connectDevice } from './support/device.js'
import { chart, fact, goTo, openPage, signIn } from './support/pages.js'
import { withBrowser } from './support/with-browser.js'

await withBrowser(async ({ platform, newContext }) => {
  const machine = await platform.account('machine', 'producer', 'm-1')
  const reader = await platform.account('reader', 'consumer')
  await platform.subscribe(reader, machine.user_id)
  const device = await connectDevice(platform, machine)
  t.teardown(() => { device.terminate() })
  const send = (payload: object): void => { device.send(JSON.stringify({ type: 'data', payload })) }

  const context = await newContext({
    acceptDownloads: true,
    permissions: ['clipboard-read', 'clipboard-write']
  })
  // No file picker, as in browsers that can't write to files.
  await context.addInitScript('delete window.showSaveFilePicker')
  const { page, consoleErrors } = await openPage(context, platform.consumerPage)
  const isLive = async (): Promise<void> => {
    await page.getByRole('status').getByText('Live', { exact: true }).waitFor()
  }
  await signIn(page, 'reader')
  await isLive()
  for (let i = 0; i < 30; i++) send({ temperature_c: 20 + i, load_pct: i })
  await chart(page, 'load_pct').locator('.value', { hasText: '29' }).waitFor()

  t.test('charts are arranged with the keyboard, and stay arranged after a reload', async t => {
    const order = async (): Promise<(string | null)[]> =>
      await page.locator('.chart-card').evaluateAll(cards => cards.map(card => card.getAttribute('data-path')))
    t.same(await order(), ['temperature_c', 'load_pct'])
    await page.getByRole('button', { name: 'Move temperature back' }).press('Enter')
    await waitFor(async () => (await order())[0] === 'load_pct')
    await page.getByRole('button', { name: 'Show load wide' }).press('Enter')
    await page.getByRole('button', { name: 'Hide temperature' }).press('Enter')
    await page.getByRole('button', { name: '5 min', exact: true }).press('Enter')
    await page.reload()
    await page.locator('.chart-card.wide[data-path="load_pct"]').waitFor()
    t.same(await order(), ['load_pct'])
    t.equal(await page.getByRole('button', { name: '5 min', exact: true }).getAttribute('aria-pressed'), 'true')
    await page.getByRole('button', { name: 'temperature', exact: true }).click()
    await waitFor(async () => (await order()).length === 2)
  })

  t.test('a rule fires once, clears, and survives a reload', async t => {
    await page.getByRole('button', { name: 'Alert on temperature' }).click()
    await page.getByLabel('Threshold').fill('100')
    await page.getByRole('button', { name: 'Add rule' }).click()
    await page.getByText('OK', { exact: true }).waitFor()
    send({ temperature_c: 101, load_pct: 1 })
    send({ temperature_c: 102, load_pct: 1 })
    await page.getByText(/^firing for/).waitFor()
    await page.locator('.toast', { hasText: 'machine · m-1: temperature_c above 100' }).waitFor()
    t.equal(await page.locator('.event').count(), 1)
    await page.reload()
    await page.getByText('temperature_c above 100', { exact: true }).waitFor()
    await isLive()
    send({ temperature_c: 103, load_pct: 1 })
    await page.getByText(/^firing for/).waitFor()
    send({ temperature_c: 20, load_pct: 1 })
    await page.getByText('OK', { exact: true }).waitFor()
  })

  t.test('messages are searched, paused and copied', async t => {
    await goTo(page, 'Messages')
    await page.getByLabel('Search messages').fill('"temperature_c":103')
    await page.locator('.log-line mark').first().waitFor()
    t.equal(await page.locator('.log-line').count(), 1)
    await page.getByRole('button', { name: /^Copy message/ }).click()
    t.match(JSON.parse(await page.evaluate('navigator.clipboard.readText()')), {
      type: 'data',
      payload: { temperature_c: 103 }
    })
    await page.getByLabel('Search messages').fill('')
    const first = page.locator('.log-line .payload').first()
    const before = await first.textContent()
    await page.getByRole('button', { name: 'Pause' }).click()
    send({ temperature_c: 21, load_pct: 77 })
    const resume = page.getByRole('button', { name: 'Resume · 1 new' })
    await resume.waitFor()
    t.equal(await first.textContent(), before)
    await resume.click()
    await first.filter({ hasText: '"load_pct":77' }).waitFor()
  })

  t.test('history is zoomed into and downloaded', async t => {
    await goTo(page, 'History')
    await page.getByRole('button', { name: '15 min' }).click()
    const plot = page.locator('.plot .u-over')
    await plot.waitFor()
    await waitFor(async () => await fact(page, 'Values').textContent() === '35', { what: 'all values' })
    const downloaded = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Download CSV' }).click()
    const download = await downloaded
    t.match(download.suggestedFilename(), /^motience-\d+-.*\.csv$/)
    const lines = (await readFile(await download.path(), 'utf8')).trim().split('\n')
    t.equal(lines.length, 36, 'a header and every message')
    const box = (await plot.boundingBox())!
    await page.mouse.move(box.x + box.width * 0.1, box.y + 50)
    await page.mouse.down()
    await page.mouse.move(box.x + box.width * 0.4, box.y + 60, { steps: 4 })
    await page.mouse.up()
    await page.getByText('No data in this range').waitFor()
    await page.getByRole('button', { name: 'Zoom out' }).click()
    await plot.waitFor()
  })

  t.test('an error is shown with its request id', async t => {
    await page.route(/\/api\/producers/, async route => {
      await route.fulfill({
        status: 503,
        headers: { 'access-control-allow-origin': '*' },
        contentType: 'application/problem+json',
        body: JSON.stringify({
          type: '/docs/errors.md#mot_unavailable',
          title: 'Temporarily unavailable',
          status: 503,
          detail: 'The catalogue is temporarily unavailable',
          code: 'MOT_UNAVAILABLE',
          request_id: 'req-4711'
        })
      })
    })
    await goTo(page, 'Producers')
    const alert = page.getByRole('alert')
    await alert.waitFor()
    t.match(await alert.textContent(), /The catalogue is temporarily unavailable.*req-4711.*MOT_UNAVAILABLE/)
    await page.unroute(/\/api\/producers/)
    await alert.getByRole('button', { name: 'Try again' }).click()
    await page.getByRole('button', { name: 'Unsubscribe machine' }).waitFor()
  })

  t.test('the theme survives a reload, and an ended session requires signing in again', async t => {
    await page.getByRole('button', { name: 'Switch to dark theme' }).first().click()
    await page.reload()
    t.equal(await page.evaluate('document.documentElement.dataset.theme'), 'dark')
    const { refreshToken } = JSON.parse(await page.evaluate('localStorage["motience.session"]')) as {
      refreshToken: string
    }
    const ended = await fetch(`${platform.apUrl}/api/auth/logout`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ refresh_token: refreshToken })
    })
    t.equal(ended.status, 204)
    await page.getByText('Your session has ended. Sign in again.').waitFor()
    t.same(consoleErrors.filter(text => !/401|503|WebSocket/.test(text)), [])
  })
})

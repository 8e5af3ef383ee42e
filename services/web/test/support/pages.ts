import { fileURLToPath } from 'node:url'
import type { BrowserContext, Locator, Page } from 'playwright-core'
import { build } from 'vite'
import { pageFolder } from '../../src/index.js'
import { PASSWORD } from './platform.js'

const configFile = fileURLToPath(new URL('../../vite.config.ts', import.meta.url))

/** Builds the pages if they have not been built. */
export const buildPages = async (): Promise<void> => {
  for (const page of ['producer', 'consumer'] as const) {
    if (pageFolder(page) === null) await build({ configFile, mode: page, logLevel: 'error' })
  }
}

/** Opens a page and collects its console errors, of which there should be none. */
export const openPage = async (
  context: BrowserContext,
  url: string,
  page?: Page
): Promise<{ page: Page; consoleErrors: string[] }> => {
  page ??= await context.newPage()
  const consoleErrors: string[] = []
  page.on('pageerror', error => consoleErrors.push(error.message))
  page.on('console', message => { if (message.type() === 'error') consoleErrors.push(message.text()) })
  await page.goto(url)
  return { page, consoleErrors }
}

/** Creates an account through the form of the page. */
export const signUp = async (page: Page, username: string): Promise<void> => {
  await page.getByRole('button', { name: 'Create account' }).click()
  await page.getByLabel('Username').fill(username)
  await page.getByLabel('Password').fill(PASSWORD)
  await page.getByRole('button', { name: /^Create (producer|consumer) account$/ }).click()
  await page.getByRole('navigation').waitFor()
}

/** Signs in through the form of the page. */
export const signIn = async (page: Page, username: string): Promise<void> => {
  await page.getByLabel('Username').fill(username)
  await page.getByLabel('Password').fill(PASSWORD)
  await page.locator('form').getByRole('button', { name: 'Sign in' }).last().click()
  await page.getByRole('navigation').waitFor()
}

/** Opens a view through the navigation. */
export const goTo = async (page: Page, view: string): Promise<void> => {
  await page.getByRole('navigation').getByRole('link', { name: view }).click()
}

/** The chart of a field in the consumer's live view. */
export const chart = (page: Page, path: string): Locator => page.locator(`.chart-card[data-path="${path}"]`)

/** Sends a message from the producer's send view. */
export const sendPayload = async (page: Page, payload: object): Promise<void> => {
  await page.getByLabel('Payload, a JSON object').fill(JSON.stringify(payload))
  await page.getByRole('button', { name: 'Send (Ctrl+Enter)' }).click()
}

/** A figure by its label. */
export const fact = (page: Page, name: string): Locator =>
  page
    .locator('.fact')
    .filter({ has: page.getByText(name, { exact: true }) })
    .locator('dd:not(.after)')

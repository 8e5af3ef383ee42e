import { fileURLToPath } from 'node:url'
import type { BrowserContext, Locator, Page } from 'playwright-core'
import { build } from 'vite'
import { pageFolder } from '../../src/index.js'
import { PASSWORD } from './platform.js'

const configFile = fileURLToPath(new URL('../../vite.config.ts', import.meta.url))

/** Builds the pages where they have not been built. */
export const buildPages = async (): Promise<void> => {
  for (const page of ['producer', 'consumer'] as const) {
    if (pageFolder(page) === null) await build({ configFile, mode: page, logLevel: 'error' })
  }
}

/** Opens a page and collects whatever its console complains of: a test of a sound page finds nothing there. */
export const openPage = async (
  context: BrowserContext,
  url: string,
  page?: Page
): Promise<{ page: Page; complaints: string[] }> => {
  page ??= await context.newPage()
  const complaints: string[] = []
  page.on('pageerror', error => complaints.push(error.message))
  page.on('console', message => { if (message.type() === 'error') complaints.push(message.text()) })
  await page.goto(url)
  return { page, complaints }
}

/** Signs up by the page's own form. */
export const signUp = async (page: Page, username: string): Promise<void> => {
  await page.getByRole('button', { name: 'Create account' }).click()
  await page.getByLabel('Name', { exact: true }).fill(username)
  await page.getByLabel('Password').fill(PASSWORD)
  await page.getByRole('button', { name: /^Create .* account$/ }).click()
  await page.getByRole('navigation').waitFor()
}

export const signIn = async (page: Page, username: string): Promise<void> => {
  await page.getByLabel('Name', { exact: true }).fill(username)
  await page.getByLabel('Password').fill(PASSWORD)
  await page.locator('form').getByRole('button', { name: 'Sign in' }).last().click()
  await page.getByRole('navigation').waitFor()
}

/** Goes to a view by its name in the navigation. */
export const goTo = async (page: Page, view: string): Promise<void> => {
  await page.getByRole('navigation').getByRole('link', { name: view }).click()
}

/** The card of one number on the consumer's first view. */
export const chart = (page: Page, path: string): Locator => page.locator(`.chart-card[data-path="${path}"]`)

/** One figure of a view's head, by its name. */
export const fact = (page: Page, name: string): Locator =>
  page
    .locator('.fact')
    .filter({ has: page.getByText(name, { exact: true }) })
    .locator('dd:not(.after)')

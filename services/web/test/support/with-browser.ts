import type { Browser, BrowserContext, BrowserContextOptions } from 'playwright-core'
import t from 'tap'
import { openBrowser } from './browser.js'
import { buildPages } from './pages.js'
import { startPlatform, type TestPlatform } from './platform.js'

const TIMEOUT_MS = 20_000

export interface BrowserSetup {
  browser: Browser
  platform: TestPlatform
  /** Opens a browser profile of its own: pages store their session by origin. */
  newContext (options?: BrowserContextOptions): Promise<BrowserContext>
}

export interface BrowserSetupOptions {
  /** Host names that the browser resolves to these addresses. */
  hosts?: Record<string, string>
  /** Overrides the platform's environment. */
  environment?: Record<string, string>
}

/**
 * Runs browser tests against a platform of their own, both closed after the tests of the file. Passes without running
 * them if there is no Chromium, see `openBrowser`.
 */
export const withBrowser = async (
  defineTests: (setup: BrowserSetup) => Promise<void>,
  { hosts, environment }: BrowserSetupOptions = {}
): Promise<void> => {
  const browser = await openBrowser(hosts)
  if (browser === null) {
    t.pass('no Chromium available')
    return
  }
  t.teardown(() => browser.close())
  await buildPages()
  const platform = await startPlatform(environment)
  // Open pages would keep the platform from draining.
  t.teardown(async () => {
    await browser.close()
    await platform.close()
  })
  const newContext = async (options?: BrowserContextOptions): Promise<BrowserContext> => {
    const context = await browser.newContext(options)
    context.setDefaultTimeout(TIMEOUT_MS)
    return context
  }
  await defineTests({ browser, platform, newContext })
}

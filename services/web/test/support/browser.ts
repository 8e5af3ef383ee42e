import { accessSync, constants } from 'node:fs'
import { chromium, type Browser } from 'playwright-core'

const PATHS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

const isExecutable = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/**
 * Launches the installed Chromium; null if there is none. With `MOTIENCE_REQUIRE_SERVERS=1` its absence is an error, so
 * that CI can't pass without testing the pages. `hosts` maps host names to addresses, without DNS.
 */
export const openBrowser = async (hosts: Record<string, string> = {}): Promise<Browser | null> => {
  const executablePath = process.env['CHROMIUM_PATH'] ?? PATHS.find(isExecutable)
  if (executablePath === undefined) {
    if (process.env['MOTIENCE_REQUIRE_SERVERS'] === '1') {
      throw new Error('No Chromium found, and MOTIENCE_REQUIRE_SERVERS is set')
    }
    console.log('# Skipping browser tests: no Chromium found')
    return null
  }
  return await chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      `--host-resolver-rules=${Object.entries(hosts)
        .map(([name, address]) => `MAP ${name} ${address}`)
        .join(', ')}`
    ]
  })
}

import { accessSync, constants } from 'node:fs'
import { chromium, type Browser } from 'playwright-core'

const PATHS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

const isThere = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/**
 * A Chromium of this machine, or null where there is none. With `MOTIENCE_REQUIRE_SERVERS=1` its absence is an error,
 * so that a machine that should test the pages does not pass without. `hosts` are names that it resolves to addresses
 * by itself.
 */
export const openBrowser = async (hosts: Record<string, string> = {}): Promise<Browser | null> => {
  const executablePath = process.env['CHROMIUM_PATH'] ?? PATHS.find(isThere)
  if (executablePath === undefined) {
    if (process.env['MOTIENCE_REQUIRE_SERVERS'] === '1') { throw new Error('No Chromium was found, and MOTIENCE_REQUIRE_SERVERS is set') }
    console.log('# The pages are not tested: no Chromium was found')
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

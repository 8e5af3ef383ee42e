import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { PageName } from './page-config.js'

/** The folder of a built page; null if the pages have not been built (`npm run build`). */
export const pageFolder = (page: PageName): string | null => {
  const folder = fileURLToPath(new URL(`../../dist/${page}/`, import.meta.url))
  return existsSync(`${folder}index.html`) ? folder : null
}

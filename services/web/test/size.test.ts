import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { pageFolder } from '../src/index.js'
import { buildPages } from './support/pages.js'

const MAX_FIRST_LOAD_BYTES = 200_000

t.test('the first load is small and self-contained', async t => {
  await buildPages()
  for (const page of ['producer', 'consumer'] as const) {
    const folder = pageFolder(page)!
    const files = await readdir(folder, { recursive: true })
    const compressed = await Promise.all(
      files.filter(file => file.endsWith('.gz')).map(async file => (await stat(join(folder, file))).size)
    )
    const total = compressed.reduce((sum, size) => sum + size, 0)
    t.ok(total > 10_000 && total < MAX_FIRST_LOAD_BYTES, `${page}: ${total} bytes in total, gzipped`)
    const html = await readFile(join(folder, 'index.html'), 'utf8')
    t.notMatch(html, /https?:\/\//, 'no URL of another server')
    t.notMatch(html, /<script>|<style|\son\w+=|\sstyle=/, 'nothing inline')
  }
})

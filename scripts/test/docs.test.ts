import { readFile } from 'node:fs/promises'
import t from 'tap'
import { generatedDocuments } from '../docs/generate.js'

t.test('the generated sections of the documents are what the schemas say', async t => {
  for (const [file, text] of await generatedDocuments()) {
    t.equal(await readFile(new URL(`../../${file}`, import.meta.url), 'utf8'), text, `${file}: run \`npm run docs\` and commit what it writes`)
  }
})

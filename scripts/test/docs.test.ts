import { readFile } from 'node:fs/promises'
import t from 'tap'
import { problemKinds, problemType, type ProblemCode } from '@motience/schemas'
import { generatedDocuments } from '../docs/generate.js'

t.test('the generated sections of the documents are what the schemas say', async t => {
  for (const [file, text] of await generatedDocuments()) {
    t.equal(
      await readFile(new URL(`../../${file}`, import.meta.url), 'utf8'),
      text,
      `${file}: run \`npm run docs\` and commit what it writes`
    )
  }
})

t.test('the type of every problem is a place in the documents, and the example\'s is one', async t => {
  const text = await readFile(new URL('../../docs/errors.md', import.meta.url), 'utf8')
  const anchors = new Set([...text.matchAll(/<a id="(\w+)">/g)].map(([, id]) => `/docs/errors.md#${id}`))
  for (const code of Object.keys(problemKinds) as ProblemCode[]) t.ok(anchors.has(problemType(code)), problemType(code))
  t.equal(anchors.size, Object.keys(problemKinds).length)
  const [, example] = /```json\n([^]*?)\n```/.exec(text)!
  t.match(JSON.parse(example!), { type: problemType('MOT_BAD_INPUT'), code: 'MOT_BAD_INPUT' })
})

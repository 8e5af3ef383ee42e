import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import t from 'tap'
import { problemKinds, problemType, type ProblemCode } from '@motience/schemas'
import { generatedDocuments } from '../docs/generate.js'
import { quickStartSteps } from './serial/quick-start.js'

t.test('the generated sections of the documents are what the schemas say', async t => {
  for (const [file, text] of await generatedDocuments()) {
    t.equal(
      await readFile(new URL(`../../${file}`, import.meta.url), 'utf8'),
      text,
      `${file}: run \`npm run docs\` and commit what it writes`
    )
  }
})

t.test('the type of every problem links to its line in the documents, and so does the example\'s', async t => {
  const text = await readFile(new URL('../../docs/errors.md', import.meta.url), 'utf8')
  const anchors = new Set([...text.matchAll(/<a id="(\w+)">/g)].map(([, id]) => `/docs/errors.md#${id}`))
  for (const code of Object.keys(problemKinds) as ProblemCode[]) t.ok(anchors.has(problemType(code)), problemType(code))
  t.equal(anchors.size, Object.keys(problemKinds).length)
  const [, example] = /```json\n([^]*?)\n```/.exec(text)!
  t.match(JSON.parse(example!), { type: problemType('MOT_BAD_INPUT'), code: 'MOT_BAD_INPUT' })
})

t.test('the README prints the first steps of QUICK_START.md', async t => {
  const steps = [...await quickStartSteps('QUICK_START.md')]
  const printed = [...await quickStartSteps('README.md')]
  t.ok(steps.length >= 6)
  t.ok(printed.length >= 4)
  t.same(printed, steps.slice(0, printed.length))
})

t.test('the path of a message has at most eight steps, each naming one file', async t => {
  const text = await readFile(new URL('../../docs/architecture.md', import.meta.url), 'utf8')
  const [, section] = /## The path of a message\n([\s\S]*?)\n## /.exec(text)!
  const steps = section!.split(/\n(?=\d\. )/).filter(step => /^\d\. /.test(step.trim()))
  t.ok(steps.length > 0 && steps.length <= 8)
  for (const step of steps) t.equal([...step.matchAll(/`[\w/.-]+\.ts`/g)].length, 1, step)
})

t.test('files that the documents name or link to exist', async t => {
  const root = new URL('../../', import.meta.url)
  const documents = [
    'README.md',
    'QUICK_START.md',
    'CONTRIBUTING.md',
    ...(await readdir(new URL('docs', root), { recursive: true }))
      .filter(file => file.endsWith('.md'))
      .map(file => `docs/${file}`)
  ]
  for (const document of documents) {
    const text = await readFile(new URL(document, root), 'utf8')
    const named = [...text.matchAll(/`((?:schemas|services|clients|agent|scripts|infra|docs)\/[\w/.-]+\.\w+)`/g)]
      .map(([, path]) => new URL(path!, root))
      .filter(({ pathname }) => !pathname.includes('/dist/'))
    const linked = [...text.matchAll(/\]\((?!\w+:|#)([^)#\s]+)/g)].map(
      ([, path]) => new URL(path!, new URL(document, root))
    )
    for (const url of [...named, ...linked]) {
      t.ok(existsSync(url), `${document}: ${url.pathname.slice(root.pathname.length)}`)
    }
  }
})

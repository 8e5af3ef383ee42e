import { readFile } from 'node:fs/promises'
import type { TSchema } from '@sinclair/typebox'
import t from 'tap'
import { compileChecker } from '../validation.js'
import { about, type RestService } from './about.js'
import { openapiDocument } from './document.js'

interface Media { schema: object, example?: unknown }
interface Operation {
  operationId: string
  parameters?: { name: string, required?: boolean, example?: unknown }[]
  requestBody?: { content: Record<string, Media> }
  responses: Record<string, { content?: Record<string, Media> }>
}
interface Document {
  info: { version: string }
  paths: Record<string, Record<string, Operation>>
  components: { schemas: object }
}

const schemas = new URL('../../../../../schemas/', import.meta.url)
const services = Object.keys(about) as RestService[]
const documentOf = async (service: RestService): Promise<Document> =>
  await openapiDocument(service) as unknown as Document

/** All objects below a value, with their paths. */
const objectsIn = function * (value: unknown, path = ''): Generator<[string, Record<string, unknown>]> {
  if (typeof value !== 'object' || value === null) return
  yield [path, value as Record<string, unknown>]
  for (const [key, item] of Object.entries(value)) yield * objectsIn(item, `${path}/${key}`)
}

for (const service of services) {
  t.test(`the committed OpenAPI document of ${service} is up to date`, async t => {
    const committed: unknown = JSON.parse(await readFile(new URL(`openapi/${service}.json`, schemas), 'utf8'))
    t.strictSame(committed, await openapiDocument(service), 'run `npm run openapi` and commit the result')
  })

  t.test(`every operation of ${service} has a unique id and examples`, async t => {
    const { paths } = await documentOf(service)
    const operations = Object.values(paths).flatMap(path => Object.values(path))
    t.equal(operations.length, about[service].routes.length)
    t.equal(new Set(operations.map(({ operationId }) => operationId)).size, operations.length)
    for (const { operationId, parameters, requestBody, responses } of operations) {
      const shown = parameters?.filter(({ example }) => example !== undefined)
      t.not(shown?.length, 0, `${operationId}: parameters`)
      const hidden = parameters?.filter(({ required, example }) => required === true && example === undefined) ?? []
      t.strictSame(hidden, [], `${operationId}: required parameters`)
      const contents = [requestBody, ...Object.values(responses)].flatMap(part => Object.values(part?.content ?? {}))
      for (const { example } of contents) t.not(example, undefined, `${operationId}: body and responses`)
      t.ok(responses['200'] ?? responses['201'] ?? responses['204'], `${operationId}: a successful response`)
    }
  })

  t.test(`every example of ${service} matches its schema`, t => {
    let checked = 0
    for (const { schema } of about[service].routes) {
      for (const [path, part] of objectsIn(schema)) {
        if (!Array.isArray(part['examples'])) continue
        const checker = compileChecker(part as TSchema)
        const [example] = part['examples'] as unknown[]
        t.strictSame(checker.faults(example), [], `${schema.operationId}${path}`)
        checked++
      }
    }
    t.ok(checked > about[service].routes.length)
    t.end()
  })

  t.test(`enumerations of ${service} are \`enum\``, async t => {
    for (const [path, { anyOf, oneOf }] of objectsIn(await documentOf(service))) {
      const texts = [anyOf, oneOf].flat().filter(option => 'const' in Object(option) || 'enum' in Object(option))
      t.ok(texts.length < 2, path)
    }
  })
}

t.test('a schema that is used repeatedly is one component', async t => {
  const { components } = await documentOf('ap')
  t.strictSame(Object.keys(components.schemas), [
    'ApiKey', 'Device', 'DeviceWithKeys', 'Problem', 'SignIn', 'Tokens', 'User'
  ])
})

t.test('the version is the package\'s', async t => {
  const { version } = JSON.parse(await readFile(new URL('package.json', schemas), 'utf8')) as { version: string }
  t.equal((await documentOf('dsm')).info.version, version)
})

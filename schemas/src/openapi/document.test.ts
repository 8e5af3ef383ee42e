import { readFile } from 'node:fs/promises'
import t from 'tap'
import { openApiDocument, routesOf, type RestService } from './document.js'

for (const service of ['ap', 'sm', 'dsm'] satisfies RestService[]) {
  t.test(`the committed OpenAPI document of ${service} is what the schemas say`, async t => {
    const committed: unknown = JSON.parse(await readFile(new URL(`../../openapi/${service}.json`, import.meta.url), 'utf8'))
    t.same(committed, openApiDocument(service), 'run `npm run openapi` and commit what it writes')
  })

  t.test(`every route of ${service} has an operationId of its own`, async t => {
    const ids = routesOf(service).map(route => route.schema.operationId)
    t.equal(new Set(ids).size, ids.length)
  })
}

t.test('what is used in several places is one component', async t => {
  const document = openApiDocument('ap') as { components: { schemas: object } }
  t.same(Object.keys(document.components.schemas), ['Problem', 'Tokens', 'User'])
})

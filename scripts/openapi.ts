import { mkdir, writeFile } from 'node:fs/promises'
import openapiTS, { astToString } from 'openapi-typescript'
import { openApiDocument, type RestService } from '../schemas/src/openapi/document.js'

/** Writes the OpenAPI documents and the client's types that are made from them. */
const schemas = new URL('../schemas/', import.meta.url)
await mkdir(new URL('openapi/', schemas), { recursive: true })
for (const service of ['ap', 'sm', 'dsm'] satisfies RestService[]) {
  const document = openApiDocument(service)
  await writeFile(new URL(`openapi/${service}.json`, schemas), `${JSON.stringify(document, null, 2)}\n`)
  const types = astToString(await openapiTS(JSON.stringify(document)))
  await writeFile(new URL(`src/generated/${service}.ts`, schemas), `// Made by \`npm run openapi\` from openapi/${service}.json.\n\n${types}`)
  console.log(`Wrote schemas/openapi/${service}.json and schemas/src/generated/${service}.ts`)
}

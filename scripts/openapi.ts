import { mkdir, writeFile } from 'node:fs/promises'
import { openapiDocument, type RestService } from '@motience/kit'
import openapiTS, { astToString } from 'openapi-typescript'

/** Writes the OpenAPI documents and the client's types that are made from them. */
const schemas = new URL('../schemas/', import.meta.url)
await mkdir(new URL('openapi/', schemas), { recursive: true })
for (const service of ['ap', 'sm', 'dsm'] satisfies RestService[]) {
  const document = await openapiDocument(service)
  await writeFile(new URL(`openapi/${service}.json`, schemas), `${JSON.stringify(document, null, 2)}\n`)
  const types = astToString(await openapiTS(JSON.stringify(document)))
  await writeFile(
    new URL(`src/generated/${service}.ts`, schemas),
    `// Made by \`npm run openapi\` from openapi/${service}.json.\n\n${types}`
  )
  console.log(`Wrote schemas/openapi/${service}.json and schemas/src/generated/${service}.ts`)
}

import type { OpenapiInfo } from '@motience/kit'
import { openApiDocument } from '@motience/schemas'

const { title, description, version } = openApiDocument('ap')['info'] as OpenapiInfo

/** Head of AP's OpenAPI document, as the committed one has it. */
export const openapiInfo: OpenapiInfo = { title, description, version }

import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger'

type Json = Record<string, unknown>
type Media = Json & { schema: Json & { examples?: readonly unknown[] } }

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

const mapValues = (object: object, change: (value: never, key: string) => unknown): Json =>
  Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value as never, key)]))

/** Gives each parameter its field of the shared example, if there is one. */
const distributeExample = (schema: Json | undefined): Json | undefined => {
  const { examples: [example] = [], ...rest } = (schema ?? {}) as { examples?: readonly Json[] } & Json
  if (example === undefined) return schema
  const withField = (property: Json, name: string): Json =>
    name in example ? { ...property, examples: [example[name]] } : property
  return { ...rest, properties: mapValues(rest['properties'] as object, withField) }
}

/** Moves a response's example from its schema to its media type. */
const mediaOf = ({ schema: { examples, ...schema }, ...media }: Media): Json =>
  ({ ...media, schema, ...(examples === undefined ? {} : { example: examples[0] }) })

/** A response by media type, so that its description is separate from its schema. */
const responseOf = (answer: Json): Json => {
  if ('content' in answer) return { ...answer, content: mapValues(answer['content'] as object, mediaOf) }
  if (answer['type'] === 'null') return answer
  return { description: answer['description'] ?? 'Done', content: { 'application/json': mediaOf({ schema: answer }) } }
}

/**
 * Moves every subschema with a `$id` to `components` and replaces it with a `$ref`, so that a generated client has one
 * type for it.
 */
const hoist = (value: unknown, components: Map<string, unknown>): unknown => {
  if (Array.isArray(value)) return value.map(item => hoist(item, components))
  if (!isObject(value)) return value
  const { $id, ...rest } = value
  const copy = mapValues(rest, item => hoist(item, components))
  if (typeof $id !== 'string') return copy
  components.set($id, copy)
  return { $ref: `#/components/schemas/${$id}` }
}

/** What `@fastify/swagger` leaves to its hooks: examples, and components for named schemas. */
export const openapiHooks = (): Required<Pick<FastifyDynamicSwaggerOptions, 'transform' | 'transformObject'>> => {
  const components = new Map<string, unknown>()
  return {
    transform: ({ schema, url }) => {
      if (schema === undefined || schema.hide === true) return { schema, url }
      const { params, querystring, response, security = [], ...rest } = schema
      const described = {
        ...rest,
        security,
        ...(params === undefined ? {} : { params: distributeExample(params as Json) }),
        ...(querystring === undefined ? {} : { querystring: distributeExample(querystring as Json) }),
        response: mapValues(response as object, responseOf)
      }
      return { schema: hoist(described, components) as typeof schema, url }
    },
    transformObject: document => {
      if (!('openapiObject' in document)) return document.swaggerObject
      const { openapiObject } = document
      const schemas = Object.fromEntries([...components].sort(([a], [b]) => a < b ? -1 : 1))
      Object.assign(openapiObject.components ??= {}, { schemas })
      return openapiObject
    }
  }
}

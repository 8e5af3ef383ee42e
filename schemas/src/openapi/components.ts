type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

/**
 * Moves every subschema that has a `$id` to `components.schemas` and leaves a `$ref` in its place,
 * so that a generated client has one type for it. What is no JSON (TypeBox's symbols) is left behind.
 */
export const hoistComponents = (document: { components: Record<string, unknown> } & Record<string, unknown>): Record<string, unknown> => {
  const schemas: Record<string, Json> = {}
  const visit = (value: Json): Json => {
    if (Array.isArray(value)) return value.map(visit)
    if (typeof value !== 'object' || value === null) return value
    const { $id, ...rest } = value
    const copy = Object.fromEntries(Object.entries(rest).map(([key, item]) => [key, visit(item)]))
    if (typeof $id !== 'string') return copy
    schemas[$id] = copy
    return { $ref: `#/components/schemas/${$id}` }
  }
  const plain = visit(JSON.parse(JSON.stringify(document)) as Json) as { components: Record<string, Json> }
  plain.components.schemas = Object.fromEntries(Object.entries(schemas).sort(([a], [b]) => a < b ? -1 : 1))
  return plain
}

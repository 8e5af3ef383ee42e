/** A payload, or a group in it. */
export type PayloadTree = { [name: string]: unknown }

const isTree = (value: unknown): value is PayloadTree =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Calls `visit` for every value that is not a group, with its dot-separated path. */
export const eachLeaf = (tree: PayloadTree, visit: (path: string, value: unknown) => void, prefix = ''): void => {
  for (const [name, value] of Object.entries(tree)) {
    const path = prefix === '' ? name : `${prefix}.${name}`
    if (isTree(value)) eachLeaf(value, visit, path)
    else visit(path, value)
  }
}

/**
 * A copy in which every value that is not a group is replaced. Values for which `replace` returns undefined, and groups
 * that are empty then, are omitted.
 */
export const mapLeaves = (
  tree: PayloadTree,
  replace: (path: string, value: unknown) => unknown,
  prefix = ''
): PayloadTree => {
  const copy: PayloadTree = {}
  for (const [name, value] of Object.entries(tree)) {
    const path = prefix === '' ? name : `${prefix}.${name}`
    const replaced = isTree(value) ? mapLeaves(value, replace, path) : replace(path, value)
    const empty = isTree(value) && Object.keys(replaced as PayloadTree).length === 0
    if (replaced !== undefined && !empty) copy[name] = replaced
  }
  return copy
}

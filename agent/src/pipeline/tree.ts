/** A payload, or a part of it. */
export type Tree = { [name: string]: unknown }

const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Calls `visit` for every value that is no group, with the names on its way joined by dots. */
export const eachLeaf = (tree: Tree, visit: (path: string, value: unknown) => void, prefix = ''): void => {
  for (const [name, value] of Object.entries(tree)) {
    const path = prefix === '' ? name : `${prefix}.${name}`
    if (isTree(value)) eachLeaf(value, visit, path)
    else visit(path, value)
  }
}

/**
 * A copy in which every value that is no group is replaced; those for which `replace` gives undefined, and groups left
 * empty, are not there.
 */
export const mapLeaves = (tree: Tree, replace: (path: string, value: unknown) => unknown, prefix = ''): Tree => {
  const copy: Tree = {}
  for (const [name, value] of Object.entries(tree)) {
    const path = prefix === '' ? name : `${prefix}.${name}`
    const replaced = isTree(value) ? mapLeaves(value, replace, path) : replace(path, value)
    if (replaced !== undefined && !(isTree(value) && Object.keys(replaced as Tree).length === 0)) copy[name] = replaced
  }
  return copy
}

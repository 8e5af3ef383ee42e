/** One line of a `.dockerignore` as a regular expression: it names a path and everything below it. */
const pattern = (line: string): RegExp => {
  const source = line
    .replace(/^\/|\/$/g, '')
    .split('/')
    .map(part => part === '**' ? '(?:[^/]+/)*' : `${part.replace(/[.+()]/g, '\\$&').replaceAll('*', '[^/]*')}/`)
    .join('')
  return new RegExp(`^${source.replace(/\/$/, '')}(?:/|$)`)
}

/**
 * Reads a `.dockerignore`, of which the last line that matches decides. The function tells whether a path of the
 * context gets into the build.
 */
export const readIgnore = (text: string): (path: string) => boolean => {
  const rules = text
    .split('\n')
    .map(line => line.trim())
    .filter(line => line !== '' && !line.startsWith('#'))
    .map(line => ({
      include: line.startsWith('!'),
      path: line.replace(/^!/, ''),
      matches: pattern(line.replace(/^!/, ''))
    }))
  return path => {
    let included = true
    for (const { include, matches, path: named } of rules) {
      // The folders above what is included are walked through, though not all of their files are.
      if (matches.test(path) || (include && named.startsWith(`${path}/`))) included = include
    }
    return included
  }
}

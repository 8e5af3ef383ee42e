/** A regular expression for a whole string, in which each `*` of `pattern` stands for what `any` matches. */
export const wildcardRegExp = (pattern: string, any: string): RegExp =>
  new RegExp(`^${pattern.split('*').map(text => text.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&')).join(any)}$`)

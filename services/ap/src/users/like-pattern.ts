/** A LIKE pattern for values that contain `text`, with `%`, `_` and `\` escaped. */
export const likePattern = (text: string): string => `%${text.replaceAll(/[\\%_]/g, '\\$&')}%`

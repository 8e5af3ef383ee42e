import { ProblemError } from './problem-error.js'

const MAX_ID = 2_147_483_647

const encodeIdCursor = (id: number): string => Buffer.from(`id:${id}`).toString('base64url')

/**
 * The id after which the page of a cursor begins; 0 without a cursor. Throws MOT_BAD_INPUT for a cursor that `pageById`
 * did not create.
 */
export const decodeIdCursor = (cursor: string | undefined): number => {
  if (cursor === undefined) return 0
  const id = Number(/^id:(\d{1,10})$/.exec(Buffer.from(cursor, 'base64url').toString())?.[1])
  if (Number.isNaN(id) || id > MAX_ID || encodeIdCursor(id) !== cursor) {
    throw new ProblemError('MOT_BAD_INPUT', 'Invalid cursor', {
      errors: [{ path: '/cursor', message: 'is not a cursor' }]
    })
  }
  return id
}

/**
 * The page of up to `limit + 1` rows in the order of their ids. The extra row only shows that there is a next page,
 * whose cursor is returned then.
 */
export const pageById = <Row extends { id: number }>(
  rows: readonly Row[],
  limit: number
): { items: Row[], nextCursor: string | null } => {
  const items = rows.slice(0, limit)
  const last = items.at(-1)
  return { items, nextCursor: rows.length > limit && last ? encodeIdCursor(last.id) : null }
}

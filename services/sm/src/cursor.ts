import { ProblemError } from '@motience/kit'

const MAX_ID = 2_147_483_647

/** The cursor of the page after the row with this id. */
export const encodeCursor = (id: number): string => Buffer.from(`id:${id}`).toString('base64url')

/** The id after which a page begins; 0 without a cursor. Throws MOT_BAD_INPUT for one that SM did not give. */
export const decodeCursor = (cursor: string | undefined): number => {
  if (cursor === undefined) return 0
  const id = Number(/^id:(\d{1,10})$/.exec(Buffer.from(cursor, 'base64url').toString())?.[1])
  if (Number.isNaN(id) || id > MAX_ID || encodeCursor(id) !== cursor) {
    throw new ProblemError('MOT_BAD_INPUT', 'The cursor is none that was given', {
      errors: [{ path: '/cursor', message: 'is not a cursor' }]
    })
  }
  return id
}

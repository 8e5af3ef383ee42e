import { ProblemError } from '@motience/kit'
import type { AccountRole, CatalogueEntry, CatalogueQuery } from '@motience/schemas'
import type { Sql } from 'postgres'
import { isStorable } from './users.js'

/** One page of the catalogue. */
export interface CataloguePage { items: CatalogueEntry[], next_cursor: string | null }

/** Who can be found: users of a role who are not disabled, in the order of ids. */
export interface Catalogue {
  /**
   * `q` is a part of the username or device id, whatever the case. Rejects with MOT_BAD_INPUT for a cursor that AP did
   * not give.
   */
  page (role: AccountRole, query: CatalogueQuery): Promise<CataloguePage>
}

const MAX_ID = 2_147_483_647

const encodeCursor = (id: number): string => Buffer.from(`id:${id}`).toString('base64url')

const decodeCursor = (cursor: string | undefined): number => {
  if (cursor === undefined) return 0
  const id = Number(/^id:(\d{1,10})$/.exec(Buffer.from(cursor, 'base64url').toString())?.[1])
  if (Number.isNaN(id) || id > MAX_ID || encodeCursor(id) !== cursor) {
    throw new ProblemError('MOT_BAD_INPUT', 'The cursor is none that was given', {
      errors: [{ path: '/cursor', message: 'is not a cursor' }]
    })
  }
  return id
}

/** `text` as a part of any value, for LIKE; its own `%`, `_` and `\` stand for themselves. */
const likePattern = (text: string): string => `%${text.replaceAll(/[\\%_]/g, '\\$&')}%`

export const createCatalogue = (sql: Sql): Catalogue => ({
  async page (role, { q, limit = 100, cursor }) {
    const after = decodeCursor(cursor)
    if (q !== undefined && !isStorable(q)) return { items: [], next_cursor: null }
    const search =
      q === undefined ? sql`` : sql`AND (username ILIKE ${likePattern(q)} OR device_id ILIKE ${likePattern(q)})`
    const rows = await sql<CatalogueEntry[]>`
      SELECT id, username, device_id, created_at FROM ap.users
      WHERE role = ${role} AND disabled_at IS NULL AND id > ${after} ${search}
      ORDER BY id LIMIT ${limit + 1}`
    const items = rows.slice(0, limit)
    const last = items.at(-1)
    return { items, next_cursor: rows.length > limit && last ? encodeCursor(last.id) : null }
  }
})

import { decodeIdCursor, pageById } from '@motience/kit'
import type { AccountRole, CatalogueEntry, CatalogueQuery } from '@motience/schemas'
import type { Sql } from 'postgres'
import { likePattern } from './like-pattern.js'
import { isStorable } from './users.js'

/** One page of the catalogue. */
export interface CataloguePage { items: CatalogueEntry[], next_cursor: string | null }

/** Searches the users of a role that are not disabled, in the order of ids. */
export interface Catalogue {
  /**
   * `q` is a case-insensitive part of the username or device id. Rejects with MOT_BAD_INPUT for an invalid cursor.
   */
  page (role: AccountRole, query: CatalogueQuery): Promise<CataloguePage>
}

export const createCatalogue = (sql: Sql): Catalogue => ({
  async page (role, { q, limit = 100, cursor }) {
    const after = decodeIdCursor(cursor)
    if (q !== undefined && !isStorable(q)) return { items: [], next_cursor: null }
    const search =
      q === undefined ? sql`` : sql`AND (username ILIKE ${likePattern(q)} OR device_id ILIKE ${likePattern(q)})`
    const rows = await sql<CatalogueEntry[]>`
      SELECT id, username, device_id, created_at FROM ap.users
      WHERE role = ${role} AND disabled_at IS NULL AND id > ${after} ${search}
      ORDER BY id LIMIT ${limit + 1}`
    const { items, nextCursor } = pageById(rows, limit)
    return { items, next_cursor: nextCursor }
  }
})

import { migrate, type Database } from '@motience/kit'

/** Brings the schema `sm` up to date; several instances may do so concurrently. */
export const migrateSm = async (database: Database): Promise<void> => {
  await migrate(database, { schema: 'sm', folder: new URL('../migrations/', import.meta.url) })
}

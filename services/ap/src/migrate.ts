import { migrate, type Database } from '@motience/kit'

/** Brings the schema `ap` up to date; several instances may do it at once. */
export const migrateAp = async (database: Database): Promise<void> => {
  await migrate(database, { schema: 'ap', folder: new URL('../migrations/', import.meta.url) })
}

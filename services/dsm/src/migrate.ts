import { migrate, type Database } from '@motience/kit'

/** Brings the schema `dsm` up to date; several instances may do so concurrently. */
export const migrateDsm = async (database: Database): Promise<void> => {
  await migrate(database, { schema: 'dsm', folder: new URL('../migrations/', import.meta.url) })
}

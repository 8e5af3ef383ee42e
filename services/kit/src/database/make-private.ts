import { chmodSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/** Permissions of folders and files that only their owner may read and write. */
export const PRIVATE_FOLDER = 0o700
const PRIVATE_FILE = 0o600

/** Sets the permissions of a file unless it is gone: the lease renews its own meanwhile. */
const restrict = (path: string, mode: number): void => {
  try {
    chmodSync(path, mode)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}

/**
 * Creates a folder if it is missing, and takes the permissions of everyone but the owner away from it and from
 * everything in it: earlier releases created files that every user of the machine could read. Synchronous, because a
 * database has a thousand files, for which promises take ten times as long.
 */
export const makePrivate = (folder: string): void => {
  mkdirSync(folder, { recursive: true, mode: PRIVATE_FOLDER })
  chmodSync(folder, PRIVATE_FOLDER)
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isSymbolicLink()) continue
    restrict(join(entry.parentPath, entry.name), entry.isDirectory() ? PRIVATE_FOLDER : PRIVATE_FILE)
  }
}

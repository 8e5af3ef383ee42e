import { chmod, mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'

/** Permissions of folders and files that only their owner may read and write. */
export const PRIVATE_FOLDER = 0o700
export const PRIVATE_FILE = 0o600

/** The lease renews its file meanwhile. */
const ignoreMissing = (error: NodeJS.ErrnoException): void => {
  if (error.code !== 'ENOENT') throw error
}

/**
 * Creates a folder if it is missing, and takes the permissions of everyone but the owner away from it and from
 * everything in it: earlier releases created files that every user of the machine could read.
 */
export const makePrivate = async (folder: string): Promise<void> => {
  await mkdir(folder, { recursive: true, mode: PRIVATE_FOLDER })
  await chmod(folder, PRIVATE_FOLDER)
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isSymbolicLink()) continue
    const mode = entry.isDirectory() ? PRIVATE_FOLDER : PRIVATE_FILE
    await chmod(join(entry.parentPath, entry.name), mode).catch(ignoreMissing)
  }
}

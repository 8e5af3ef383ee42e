import { accessSync, constants, readdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'

const isExecutable = (file: string): boolean => {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

const inFolders = (name: string, folders: readonly string[]): string | null =>
  folders.map(folder => join(folder, name)).find(isExecutable) ?? null

const onPath = (): string[] => (process.env['PATH'] ?? '').split(delimiter).filter(Boolean)

const list = (folder: string): string[] => {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

/** Path of a command on the PATH, or null. */
export const findCommand = (name: string): string | null => inFolders(name, onPath())

/** Debian keeps PostgreSQL's own commands off the PATH; its newest version comes first. */
const postgresFolders = (): string[] => list('/usr/lib/postgresql')
  .sort((a, b) => Number(b) - Number(a))
  .map(version => `/usr/lib/postgresql/${version}/bin`)

/** Folder with `postgres` and `initdb`, or null. */
export const postgresFolder = (): string | null =>
  [...postgresFolders(), ...onPath()].find(
    folder => inFolders('postgres', [folder]) && inFolders('initdb', [folder])
  ) ?? null

/** Path of `redis-server`, or null. */
export const redisCommand = (): string | null => inFolders('redis-server', [...onPath(), '/usr/bin', '/usr/local/bin'])

/** Whether a private PostgreSQL can be started on this machine. */
export const postgresAvailable = (): boolean => postgresFolder() !== null

/** Whether a private Redis can be started on this machine. */
export const redisAvailable = (): boolean => redisCommand() !== null

/** Whether tests must fail if a server is missing, instead of skipping it. */
export const serversRequired = (): boolean => process.env['MOTIENCE_REQUIRE_SERVERS'] === '1'

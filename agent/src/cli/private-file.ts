import { chmodSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/** A file to be written, which is known to be writable. */
export interface PrivateFile {
  /** Writes it atomically, readable by its owner alone from the start. */
  write (text: string): void
  /** Removes what was created for it. */
  discard (): void
}

/** Prepares a file in a folder that is created if necessary. Throws if it can't be written. */
export const preparePrivateFile = (path: string): PrivateFile => {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const temporary = `${path}.${process.pid}.new`
  writeFileSync(temporary, '', { mode: 0o600 })
  chmodSync(temporary, 0o600)
  return {
    write: text => {
      writeFileSync(temporary, text)
      renameSync(temporary, path)
    },
    discard: () => { rmSync(temporary, { force: true }) }
  }
}

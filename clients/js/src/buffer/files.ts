import {
  closeSync, fdatasync, fdatasyncSync, fsync, ftruncateSync, mkdirSync, openSync, readdirSync, readFileSync, readSync,
  statSync, unlinkSync, writeSync
} from 'node:fs'
import { promisify } from 'node:util'

const fdatasyncAsync = promisify(fdatasync)
const fsyncAsync = promisify(fsync)

/**
 * The file system calls of a buffer, which tests replace to simulate a full disk. Each throws like `node:fs`.
 */
export interface Files {
  mkdir (dir: string): void
  list (dir: string): string[]
  size (path: string): number
  readAll (path: string): Buffer
  /** Opens for reading and appending; creates it. */
  open (path: string): number
  openForReading (path: string): number
  close (fd: number): void
  /** Writes all of it, or throws. */
  write (fd: number, bytes: Buffer): void
  truncate (fd: number, size: number): void
  read (fd: number, into: Buffer, at: number): number
  remove (path: string): void
  sync (fd: number): Promise<void>
  syncNow (fd: number): void
  syncDir (dir: string): Promise<void>
}

/** The real disk. Readings may be sensitive, such as locations, so files are readable by their owner only. */
export const diskFiles: Files = {
  mkdir: dir => { mkdirSync(dir, { recursive: true, mode: 0o700 }) },
  list: dir => readdirSync(dir),
  size: path => statSync(path).size,
  readAll: path => readFileSync(path),
  open: path => openSync(path, 'a+', 0o600),
  openForReading: path => openSync(path, 'r'),
  close: fd => { closeSync(fd) },
  write: (fd, bytes) => {
    let done = 0
    while (done < bytes.length) done += writeSync(fd, bytes, done)
  },
  truncate: (fd, size) => { ftruncateSync(fd, size) },
  read: (fd, into, at) => readSync(fd, into, 0, into.length, at),
  remove: path => { unlinkSync(path) },
  sync: fd => fdatasyncAsync(fd),
  syncNow: fd => { fdatasyncSync(fd) },
  syncDir: async dir => {
    const fd = openSync(dir, 'r')
    try {
      await fsyncAsync(fd)
    } finally {
      closeSync(fd)
    }
  }
}

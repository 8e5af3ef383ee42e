import { fsyncSync } from 'node:fs'
import type { PGlite } from '@electric-sql/pglite'
import { NodeFS } from '@electric-sql/pglite/nodefs'

/** Permissions of everyone but the owner. */
const OTHERS = 0o077

/** The members of Emscripten's file system that are used here. */
interface Stream { nfd: number }
type Write = (stream: Stream, buffer: Uint8Array, offset: number, length: number, position: number) => number
type MakeNode = (parent: object, name: string, mode: number, device: number) => object
type SetAttributes = (node: object, attributes: { mode?: number }) => void
interface NodeFileSystem {
  stream_ops: { fsync?: (stream: Stream) => number, write: Write }
  node_ops: { mknod: MakeNode, setattr: SetAttributes }
}
type Init = Awaited<ReturnType<NodeFS['init']>>

/** Error numbers of WASI (wasi_snapshot_preview1): no space left, quota exceeded. */
const NO_SPACE = new Set([51, 19])

const isNoSpace = (error: unknown): boolean => NO_SPACE.has(Number((error as { errno?: unknown } | null)?.errno))

/** Decides whether the folder may be written to. */
export interface FolderGuard {
  /** Whether this process may write. Once false, nothing is written any more. */
  mayWrite (): boolean
  /** Whether a write that found the disk full should be tried again. */
  makeRoom (): boolean
  /** An fsync failed, so what the disk contains is unknown: the process has to exit. */
  failed (error: unknown): never
}

/** Writes all bytes and frees space if the disk is full, because PostgreSQL takes a short write for a full disk. */
const writeAll =
  (write: Write, { mayWrite, makeRoom }: FolderGuard): Write =>
    (stream, buffer, offset, length, position) => {
      if (!mayWrite()) throw new Error('The folder was taken over by another process')
      let written = 0
      while (written < length) {
        try {
          written += write(stream, buffer, offset + written, length - written, position + written)
        } catch (error) {
          if (!isNoSpace(error) || !makeRoom()) throw error
        }
      }
      return written
    }

/**
 * After a failed fsync only a restart, which reads the log again, can find out what is on the disk; PostgreSQL does the
 * same.
 */
const syncOrEnd = (descriptor: number, { makeRoom, failed }: FolderGuard): void => {
  for (;;) {
    try {
      fsyncSync(descriptor)
      return
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC' || !makeRoom()) failed(error)
    }
  }
}

/**
 * PostgreSQL asks for folders and files that only their owner may read, which PGlite does not pass on. Emscripten
 * creates folders with their permissions, and sets those of a file after it has created it.
 */
const allowOwnerOnly = ({ node_ops: operations }: NodeFileSystem): void => {
  const { mknod, setattr } = operations
  operations.mknod = (parent, name, mode, device) => mknod(parent, name, mode & ~OTHERS, device)
  operations.setattr = (node, attributes) => {
    setattr(node, attributes.mode === undefined ? attributes : { ...attributes, mode: attributes.mode & ~OTHERS })
  }
}

/**
 * The folder of an embedded database, with an `fsync` that reaches the disk, and writes that ask its guard.
 *
 * PGlite as it comes (0.5) is not durable: it runs PostgreSQL with `fsync=off` (`-F`), and its file system has no
 * `fsync` of its own, so that a commit survives a killed process (the pages are the kernel's) but not a power cut.
 * With this file system and `durableParams` every commit ends in one fsync(2) of the write-ahead log: seen with
 * strace, 100 inserts make 100 of them, 2.6 to 3.3 ms each on a virtual disk, where they take 0.3 ms without.
 */
export class DurableFs extends NodeFS {
  readonly #guard: FolderGuard

  constructor (folder: string, guard: FolderGuard) {
    super(folder)
    this.#guard = guard
  }

  override async init (pg: PGlite, options: Init['emscriptenOpts']): Promise<Init> {
    const started = await super.init(pg, options)
    const { preRun } = started.emscriptenOpts
    if (!Array.isArray(preRun)) throw new Error('PGlite no longer has a list of functions to run before its start')
    preRun.push(module => {
      const { NODEFS } = (module.FS as unknown as { filesystems: { NODEFS: NodeFileSystem } }).filesystems
      NODEFS.stream_ops.fsync = stream => {
        syncOrEnd(stream.nfd, this.#guard)
        return 0
      }
      NODEFS.stream_ops.write = writeAll(NODEFS.stream_ops.write, this.#guard)
      allowOwnerOnly(NODEFS)
    })
    return started
  }
}

/**
 * PostgreSQL's parameters for it. `fdatasync`, the default, is a stub in PGlite and would never reach the file system.
 */
export const durableParams = (defaults: readonly string[]): string[] => [
  ...defaults.filter(param => param !== '-F'),
  '-c',
  'wal_sync_method=fsync',
  '-c',
  'min_wal_size=32MB',
  '-c',
  'max_wal_size=64MB'
]

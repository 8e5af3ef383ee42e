import { openAsBlob } from 'node:fs'
import { mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'

const version = async (): Promise<string> => {
  const entry = createRequire(import.meta.url).resolve('@electric-sql/pglite')
  const manifest = JSON.parse(await readFile(join(dirname(entry), '..', 'package.json'), 'utf8')) as { version: string }
  return manifest.version
}

const make = async (file: string): Promise<void> => {
  const pglite = await PGlite.create()
  const dump = await pglite.dumpDataDir('none')
  await pglite.close()
  const folder = await mkdtemp(join(tmpdir(), 'motience-image-'))
  await writeFile(join(folder, 'image.tar'), Buffer.from(await dump.arrayBuffer()))
  await rename(join(folder, 'image.tar'), file)
  await rm(folder, { recursive: true })
}

// A file in a world-writable folder is only trusted if this user created it.
const isMine = async (file: string): Promise<boolean> => {
  const found = await stat(file).catch(() => null)
  return found !== null && (process.getuid === undefined || found.uid === process.getuid())
}

/**
 * An empty embedded database, created once per machine and kept in the temporary folder: starting from it takes 0.7 s
 * instead of 5 s.
 */
export const embeddedImage = async (): Promise<Blob> => {
  const file = join(tmpdir(), `motience-pglite-${await version()}-${process.getuid?.() ?? 0}.tar`)
  if (!await isMine(file)) await make(file)
  return openAsBlob(file)
}

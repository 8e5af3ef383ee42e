import { randomBytes } from 'node:crypto'
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const readSecret = async (file: string): Promise<string> => {
  const secret = (await readFile(file, 'utf8')).trim()
  if (secret === '') throw new Error(`${file} is empty. Put the secret back, or remove the file to have a new one made`)
  return secret
}

/**
 * The secret that the services of one process share: the one that is given, or else the one kept in
 * `<dataDir>/service-secret`, which is made at the first start. The file appears with its whole content or not at all.
 * Rejects where the file is empty or the disk is full.
 */
export const sharedSecret = async (given: string, dataDir: string): Promise<string> => {
  if (given !== '') return given
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  const file = join(dataDir, 'service-secret')
  const draft = join(dataDir, `.service-secret.${process.pid}`)
  try {
    await writeFile(draft, randomBytes(32).toString('base64url'), { mode: 0o600 })
    // unlike a rename, a link does not replace the secret of a process that was first
    await link(draft, file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    await rm(draft, { force: true })
  }
  return await readSecret(file)
}

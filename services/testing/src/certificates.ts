import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** PEM files of an authority, of another one, and of a server on 127.0.0.1 with a certificate of the first. */
export interface Certificates { ca: string, otherCa: string, cert: string, key: string }

/** Creates certificates in a folder, with `openssl`; they are valid for a day. */
export const makeCertificates = async (folder: string): Promise<Certificates> => {
  const path = (name: string): string => join(folder, name)
  const newKey = (name: string): string[] => [
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-nodes',
    '-keyout',
    path(`${name}.key`),
    '-subj',
    `/CN=${name}`
  ]
  const openssl = async (...args: string[]): Promise<void> => { await run('openssl', args) }
  const newAuthority = (name: string) =>
    openssl('req', '-x509', ...newKey(name), '-out', path(`${name}.pem`), '-days', '1')
  await writeFile(path('names'), 'subjectAltName=IP:127.0.0.1\n')
  await Promise.all([
    newAuthority('ca'),
    newAuthority('other'),
    openssl('req', ...newKey('server'), '-out', path('server.csr'))
  ])
  await openssl(
    'x509',
    '-req',
    '-in',
    path('server.csr'),
    '-CA',
    path('ca.pem'),
    '-CAkey',
    path('ca.key'),
    '-CAcreateserial',
    '-days',
    '1',
    '-extfile',
    path('names'),
    '-out',
    path('server.pem')
  )
  return { ca: path('ca.pem'), otherCa: path('other.pem'), cert: path('server.pem'), key: path('server.key') }
}

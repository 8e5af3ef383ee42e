import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, copyFile, mkdir, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findCommand, freePort, makeCertificates, waitFor } from '@motience/testing'
import { root } from '../test/serial/quick-start.js'
import { createTlsClient, type TlsClient } from './tls-client.js'
import { withoutTap } from '../test/infra/dockerfile.js'

/** Where what has to be undone at the end is noted: a test, or anything like it. */
export interface Scope { teardown (undo: () => Promise<unknown>): void }

/** `host:port` of the HTTP servers behind a proxy. */
export type Addresses = Record<'AP' | 'SM' | 'DSM' | 'WSS1' | 'WSS2' | 'MQTT', string>

/** What a proxy of this folder is started with. */
export interface ProxySettings {
  /** Port for HTTPS. */
  port: number
  httpPort: number
  addresses: Addresses
}

export interface Proxy {
  origin: string
  httpOrigin: string
  client: TlsClient
  /** Ports of the listeners that only HAProxy has, by their variables. */
  inside: Record<string, number>
  /** Everything that it wrote. */
  log: () => Promise<string>
}

const prepare = async (scope: Scope) => {
  const folder = await mkdtemp(join(tmpdir(), 'motience-proxy-'))
  scope.teardown(() => rm(folder, { recursive: true, force: true }))
  await chmod(folder, 0o755)
  const { ca, cert, key } = await makeCertificates(folder)
  const certificate = join(folder, 'motience.crt')
  const certificateKey = join(folder, 'motience.key')
  await copyFile(cert, certificate)
  await copyFile(key, certificateKey)
  return { folder, certificate, certificateKey, client: createTlsClient(await readFile(ca, 'utf8')) }
}

/** Starts a proxy and waits until it answers; it ends with the scope. */
const start = async (
  scope: Scope, folder: string, command: string[], env: Record<string, string>, { port, httpPort }: ProxySettings
) => {
  const log = join(folder, 'log')
  // nginx opens /dev/stdout, which has to be a file.
  const output = await open(log, 'a')
  const child = spawn(...withoutTap(command), {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', output.fd, output.fd]
  })
  const ended = once(child, 'exit')
  scope.teardown(async () => {
    child.kill('SIGTERM')
    await ended
    await output.close()
  })
  const read = (): Promise<string> => readFile(log, 'utf8')
  const httpOrigin = `http://127.0.0.1:${httpPort}`
  await waitFor(async () => {
    if (child.exitCode !== null) throw new Error(`${command[0]} ended: ${await read()}`)
    return (await fetch(httpOrigin, { redirect: 'manual' })).status === 301
  }, { what: `${command[0]} to answer` })
  return { origin: `https://127.0.0.1:${port}`, httpOrigin, log: read }
}

/** Starts nginx with infra/proxy/nginx.conf, its variables replaced as the nginx image does it. */
export const startNginx = async (scope: Scope, settings: ProxySettings): Promise<Proxy> => {
  const { folder, certificate, certificateKey, client } = await prepare(scope)
  const variables: Record<string, string> = {
    LISTEN: `127.0.0.1:${settings.port}`,
    LISTEN_HTTP: `127.0.0.1:${settings.httpPort}`,
    TLS_CERTIFICATE: certificate,
    TLS_KEY: certificateKey,
    RUN_DIR: join(folder, 'run'),
    ...Object.fromEntries(Object.entries(settings.addresses).map(([name, address]) => [`${name}_ADDRESS`, address]))
  }
  await mkdir(variables['RUN_DIR']!)
  const template = await readFile(join(root, 'infra/proxy/nginx.conf'), 'utf8')
  const file = join(folder, 'nginx.conf')
  await writeFile(file, template.replace(/\$\{(\w+)\}/g, (whole, name: string) => variables[name] ?? whole))
  const command = [findCommand('nginx')!, '-e', 'stderr', '-c', file, '-g', 'daemon off;']
  return { ...await start(scope, folder, command, {}, settings), client, inside: {} }
}

/** Starts HAProxy with infra/proxy/haproxy.cfg; `others` are the second instances. */
export const startHaproxy = async (
  scope: Scope, settings: ProxySettings & { others: Addresses }
): Promise<Proxy> => {
  const { folder, certificate, client } = await prepare(scope)
  const inside: Record<string, number> = {}
  for (const name of ['AP', 'SM', 'DSM', 'WSS2', 'METRICS']) inside[`LISTEN_${name}`] = await freePort()
  const env: Record<string, string> = {
    LISTEN: `127.0.0.1:${settings.port}`,
    LISTEN_HTTP: `127.0.0.1:${settings.httpPort}`,
    TLS_CERTIFICATE: certificate
  }
  for (const [name, port] of Object.entries(inside)) env[name] = `127.0.0.1:${port}`
  for (const [name, address] of Object.entries(settings.addresses)) env[`${name}_1`] = address
  for (const [name, address] of Object.entries(settings.others)) env[`${name}_2`] = address
  const command = [findCommand('haproxy')!, '-db', '-f', join(root, 'infra/proxy/haproxy.cfg')]
  return { ...await start(scope, folder, command, env, settings), client, inside }
}

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { DeviceReport, Role, User } from '@motience/schemas'
import { createFakeDirectory, type FakeDirectory, type FakeKey } from './fake-ap/directory.js'
import { createFakeSigner, type FakeSigner } from './fake-ap/signer.js'
import { answerAs } from './fake-ap/routes.js'

/** Subject of a token; missing fields have default values. `claims` replace single claims, to make invalid tokens. */
export interface IssueOptions {
  role: Role
  userId?: number
  sid?: string
  username?: string
  deviceId?: string | null
  /** For `role: 'service'`. */
  service?: string
  /** Seconds; 3600 by default, negative for an expired token. */
  expiresInSecs?: number
  claims?: Record<string, unknown>
  /** `typ` of the header, instead of an access token's. */
  typ?: string
}

/** An AP for tests of the other services: real EdDSA keys, and the calls that services make. */
export interface FakeAp {
  readonly url: string
  /** The secret for `POST /api/auth/service-token`. */
  readonly secret: string
  /** Signs tokens; `rotate` adds a key, `forge` signs with one that AP does not serve. */
  readonly signer: FakeSigner
  issue (options: IssueOptions): Promise<string>
  /** Adds a user to the directory; its id is the next free one by default. */
  addUser(user: {
    role: 'producer' | 'consumer' | 'admin'
    id?: number
    username?: string
    device_id?: string | null
  }): User
  /** Adds a key; see `FakeKey`. */
  addKey (key: FakeKey): { text: string, sid: string }
  /** Forgets the instances that reported devices. */
  forgetReporters (): void
  /** The reports of devices that services sent. */
  readonly reports: readonly DeviceReport[]
  /** Makes `verify` refuse the session's tokens. Publishes nothing. */
  revoke (sid: string): void
  /** Makes `verify` refuse the user's tokens. */
  disable (userId: number): void
  /** Number of requests for a path. */
  calls (path: string): number
  /** Stops listening and closes all connections. */
  stop (): Promise<void>
  /** Starts again, on the same port. */
  start (): Promise<void>
}

const answer =
  (
    directory: FakeDirectory,
    signer: FakeSigner,
    secret: string,
    counts: Map<string, number>,
    reports: DeviceReport[]
  ) =>
    (request: IncomingMessage, response: ServerResponse): void => {
      const url = new URL(request.url ?? '/', 'http://ap')
      counts.set(url.pathname, (counts.get(url.pathname) ?? 0) + 1)
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => {
        chunks.push(chunk)
      })
      request.on('end', () => {
        const body = Buffer.concat(chunks).toString()
        answerAs(
          {
            method: request.method ?? 'GET',
            url,
            authorization: request.headers.authorization,
            body: body === '' ? null : (JSON.parse(body) as Record<string, unknown>)
          },
          { directory, signer, secret, reports }
        )
          .catch((error: unknown) => ({ status: 500, document: { code: 'MOT_INTERNAL', detail: String(error) } }))
          .then(
            ({ status, document }) => {
              response.writeHead(status, {
                'content-type': status < 400 ? 'application/json' : 'application/problem+json'
              })
              response.end(JSON.stringify(document))
            },
            () => {
              response.destroy()
            }
          )
      })
    }

/** Starts a fake AP on a free port of 127.0.0.1; it stops with the test. */
export const fakeAp = async (t: { teardown (fn: () => unknown): void }): Promise<FakeAp> => {
  const secret = 'a secret of the services in tests'
  const directory = createFakeDirectory()
  const signer = createFakeSigner()
  const counts = new Map<string, number>()
  const reports: DeviceReport[] = []
  const server = createServer(answer(directory, signer, secret, counts, reports))
  let port = 0

  const start = async (): Promise<void> => {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(port, '127.0.0.1', () => {
        server.off('error', reject)
        resolve()
      })
    })
    port = (server.address() as AddressInfo).port
  }
  const stop = async (): Promise<void> => {
    if (!server.listening) return
    const closed = new Promise<void>(resolve => { server.close(() => { resolve() }) })
    server.closeAllConnections()
    await closed
  }
  await start()
  t.teardown(stop)

  return {
    url: `http://127.0.0.1:${port}`,
    secret,
    signer,
    issue: async options => await signer.sign(options),
    addUser: user => directory.add(user),
    addKey: key => directory.addKey(key),
    forgetReporters: () => { directory.reporters.clear() },
    reports,
    revoke: sid => { directory.revokedSessions.add(sid) },
    disable: userId => { directory.disabledUsers.add(userId) },
    calls: path => counts.get(path) ?? 0,
    stop,
    start
  }
}

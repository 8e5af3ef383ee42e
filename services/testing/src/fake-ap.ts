import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Role, User } from '@motience/schemas'
import { createFakeDirectory, type FakeDirectory } from './fake-ap/directory.js'
import { createFakeSigner, type FakeSigner } from './fake-ap/signer.js'
import { answerAs } from './fake-ap/routes.js'

/**
 * Whose token to make; whatever is not given is made up. `claims` replace single claims, for tokens that are wrong on
 * purpose.
 */
export interface IssueOptions {
  role: Role
  userId?: number
  sid?: string
  username?: string
  deviceId?: string | null
  /** For `role: 'service'`. */
  service?: string
  /** Seconds; 3600 by default, negative for one that has expired. */
  expiresInSecs?: number
  claims?: Record<string, unknown>
  /** `typ` of the header, instead of an access token's. */
  typ?: string
}

/** An AP for the tests of the other services: real EdDSA keys, and the calls that services make of it. */
export interface FakeAp {
  readonly url: string
  /** Secret that `POST /api/auth/service-token` takes. */
  readonly secret: string
  /** Signs tokens; `rotate` adds a key, `forge` signs with one that AP does not serve. */
  readonly signer: FakeSigner
  issue (options: IssueOptions): Promise<string>
  /** Adds a user to the catalogue; the id is the next free one unless given. */
  addUser(user: {
    role: 'producer' | 'consumer' | 'admin'
    id?: number
    username?: string
    device_id?: string | null
  }): User
  /** From now on `verify` refuses the session's tokens. Publishes nothing. */
  revoke (sid: string): void
  /** From now on `verify` refuses the user's tokens. */
  disable (userId: number): void
  /** How often a path was asked. */
  calls (path: string): number
  /** Stops answering; connections are cut. */
  stop (): Promise<void>
  /** Answers again, on the same port. */
  start (): Promise<void>
}

const answer =
  (directory: FakeDirectory, signer: FakeSigner, secret: string, counts: Map<string, number>) =>
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
          { directory, signer, secret }
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

/** Starts a fake AP on a free port of 127.0.0.1; it ends with the test. */
export const fakeAp = async (t: { teardown (fn: () => unknown): void }): Promise<FakeAp> => {
  const secret = 'a secret of the services in tests'
  const directory = createFakeDirectory()
  const signer = createFakeSigner()
  const counts = new Map<string, number>()
  const server = createServer(answer(directory, signer, secret, counts))
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
    revoke: sid => { directory.revokedSessions.add(sid) },
    disable: userId => { directory.disabledUsers.add(userId) },
    calls: path => counts.get(path) ?? 0,
    stop,
    start
  }
}

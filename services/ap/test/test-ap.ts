import { testBroker, testDatabase } from '@motience/testing'
import type { Broker } from '@motience/broker'
import type { Database, ServiceApp } from '@motience/kit'
import type { Tokens } from '@motience/schemas'
import type { Test } from 'tap'
import { buildAp } from '../src/app.js'
import { migrateAp } from '../src/migrate.js'
import type { ApDependencies, ApSettings } from '../src/dependencies.js'

export const HOUR = 3_600_000
export const DAY = 24 * HOUR
export const SECRET = 'the secret of AP\'s own tests'

export const testSettings: ApSettings = {
  serviceSecret: SECRET,
  lifetimes: { accessMs: HOUR, refreshMs: 7 * DAY, keyMs: 30 * DAY },
  loginRate: 100_000,
  serviceTokenRate: 100_000,
  claimRate: 100_000,
  deviceRate: 100_000,
  maxDevices: 10_000
}

/** A clock that moves only when it is told to. */
export const createTestClock = (start = Date.now()) => {
  const clock = () => clock.now
  clock.now = start
  clock.pass = (ms: number) => { clock.now += ms }
  return clock
}

/** Builds an AP on the given parts; it closes with the test. */
export const testAp = async (
  t: Test,
  options: Partial<ApDependencies> & Pick<ApDependencies, 'database' | 'broker'>
): Promise<ServiceApp> => {
  const app = await buildAp({ settings: testSettings, ...options })
  t.teardown(async () => { await app.close() })
  return app
}

/** A migrated database and a broker of their own. */
export const testStores = async (
  t: Test,
  kinds: { database?: Database['kind']; broker?: Broker['kind'] } = {}
): Promise<{ database: Database; broker: Broker }> => {
  const database = await testDatabase(t, { kind: kinds.database ?? 'embedded' })
  await migrateAp(database)
  return { database, broker: await testBroker(t, kinds.broker ?? 'memory') }
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** What a call was answered. */
export interface Answer<Body> { status: number, body: Body, headers: Record<string, unknown> }

/** Calls a route without a socket; a body goes as JSON. */
export const call = async <Body = Record<string, unknown>>(
  app: ServiceApp,
  route: `${Method} /${string}`,
  { body, token }: { body?: unknown; token?: string } = {}
): Promise<Answer<Body>> => {
  const [method, url] = route.split(' ') as [Method, string]
  const answer = await app.inject({
    method,
    url,
    headers: { ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
    ...(body === undefined ? {} : { payload: body as object })
  })
  return {
    status: answer.statusCode,
    body: (answer.body === '' ? undefined : answer.json()) as Body,
    headers: answer.headers
  }
}

export const PASSWORD = 'correct horse battery'

let made = 0

/** A name that no other user of this process has. */
export const newName = (): string => `user-${process.pid}-${++made}`

export const signUp = async (
  app: ServiceApp,
  role: 'producer' | 'consumer' = 'producer',
  username = newName()
): Promise<string> => {
  const { status } = await call(app, 'POST /api/auth/register', {
    body: { username, password: PASSWORD, role, device_id: `${username}-device` }
  })
  if (status !== 201) throw new Error(`Signing up was answered ${status}`)
  return username
}

export const signIn = async (app: ServiceApp, username: string, password = PASSWORD): Promise<Tokens> => {
  const { status, body } = await call<Tokens>(app, 'POST /api/auth/login', { body: { username, password } })
  if (status !== 200) throw new Error(`Signing in was answered ${status}`)
  return body
}

/** Signs a new user up and in. */
export const newUser = async (app: ServiceApp, role: 'producer' | 'consumer' = 'producer'): Promise<Tokens> =>
  await signIn(app, await signUp(app, role))

export const refresh = async (app: ServiceApp, refreshToken: string) =>
  await call<Tokens & { code?: string }>(app, 'POST /api/auth/refresh', { body: { refresh_token: refreshToken } })

/** Status and code of what `/auth/verify` answers: `[200, undefined]` for a token that works. */
export const verify = async (app: ServiceApp, token: string): Promise<[number, string | undefined]> => {
  const { status, body } = await call<{ code?: string }>(app, 'POST /api/auth/verify', { body: { token } })
  return [status, body.code]
}

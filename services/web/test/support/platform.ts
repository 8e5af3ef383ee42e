import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startAp } from '@motience/ap'
import { startDsm } from '@motience/dsm'
import { createMemoryBroker } from '@motience/broker'
import { openDatabase, readEnv } from '@motience/kit'
import { ApEnvSchema, DsmEnvSchema, SmEnvSchema, Wss1EnvSchema, Wss2EnvSchema, type Tokens } from '@motience/schemas'
import { startSm } from '@motience/sm'
import { startWss1 } from '@motience/wss1'
import { startWss2 } from '@motience/wss2'
import pino from 'pino'

/** Finds a free port: the pages' configuration needs it before the server listens. */
const freePort = async (): Promise<number> => {
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise(resolve => server.close(resolve))
  return port
}

/** All five services in this process, with an embedded database and an in-memory broker. */
export interface TestPlatform {
  producerPage: string
  consumerPage: string
  apUrl: string
  smUrl: string
  producerUrl: string
  /** Restarts both WebSocket servers on the same ports, like a deployment. */
  restart (between?: () => Promise<void>): Promise<void>
  /** Subscribes a consumer to a producer. */
  subscribe (consumer: Tokens, producerId: number): Promise<void>
  /** Makes a producer approve its subscribers manually. */
  approveManually (producer: Tokens): Promise<void>
  /** Creates an account and signs in. */
  account (username: string, role: 'producer' | 'consumer', deviceId?: string): Promise<Tokens>
  close (): Promise<void>
}

/** The password of all test accounts. */
export const PASSWORD = 'a long password'

const post = async (url: string, body: object, token?: string, method = 'POST'): Promise<unknown> => {
  const headers = {
    'content-type': 'application/json',
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` })
  }
  const response = await fetch(url, { method, headers, body: JSON.stringify(body) })
  if (!response.ok) throw new Error(`${url} returned ${response.status}: ${await response.text()}`)
  return await response.json()
}

/** Starts a platform; `environment` overrides its settings. */
export const startPlatform = async (environment: Record<string, string> = {}): Promise<TestPlatform> => {
  const dataDir = await mkdtemp(join(tmpdir(), 'motience-web-'))
  const [ap, sm, dsm, wss1, wss1Http, wss2, wss2Http] = (await Promise.all(Array.from({ length: 7 }, freePort))) as [
    number, number, number, number, number, number, number
  ]
  const local = (port: number): string => `http://127.0.0.1:${port}`
  const source: Record<string, string> = {
    SERVICE_SECRET: 'a secret of these tests alone',
    DATA_DIR: dataDir,
    LOG_LEVEL: process.env['LOG_LEVEL'] ?? 'silent',
    AP_PORT: String(ap),
    SM_PORT: String(sm),
    DSM_PORT: String(dsm),
    WSS1_PORT: String(wss1),
    WSS1_HTTP_PORT: String(wss1Http),
    WSS2_PORT: String(wss2),
    WSS2_HTTP_PORT: String(wss2Http),
    AP_URL: local(ap),
    SM_URL: local(sm),
    DSM_URL: local(dsm),
    CORS_ORIGIN: `${local(wss1Http)},${local(wss2Http)}`,
    AP_LOGIN_RATE: '10000',
    ...environment
  }
  const logger = pino({ level: source['LOG_LEVEL']! })
  const database = await openDatabase({ url: '', dataDir: join(dataDir, 'database'), logger })
  const broker = createMemoryBroker()
  const shared = { database, broker, logger }
  const rest = [
    await startAp(readEnv(ApEnvSchema, source), shared),
    await startSm(readEnv(SmEnvSchema, source), shared),
    await startDsm(readEnv(DsmEnvSchema, source), shared)
  ]
  const startSockets = async (): Promise<{ close (): Promise<void> }[]> =>
    [await startWss1(readEnv(Wss1EnvSchema, source), shared), await startWss2(readEnv(Wss2EnvSchema, source), shared)]
  let sockets = await startSockets()

  return {
    producerPage: local(wss1Http),
    consumerPage: local(wss2Http),
    apUrl: local(ap),
    smUrl: local(sm),
    producerUrl: `ws://127.0.0.1:${wss1}/producer`,
    restart: async (between = async () => {}) => {
      await Promise.all(sockets.map(async service => { await service.close() }))
      await between()
      sockets = await startSockets()
    },
    subscribe: async (consumer, producerId) => {
      await post(`${local(sm)}/api/subscribe`, { producer_id: producerId }, consumer.access_token)
    },
    approveManually: async producer => {
      await post(
        `${local(sm)}/api/producers/${producer.user_id}/policy`,
        { approval: 'manual' },
        producer.access_token,
        'PUT'
      )
    },
    account: async (username, role, deviceId) => {
      await post(`${local(ap)}/api/auth/register`, {
        username,
        password: PASSWORD,
        role,
        ...(deviceId === undefined ? {} : { device_id: deviceId })
      })
      return (await post(`${local(ap)}/api/auth/login`, { username, password: PASSWORD })) as Tokens
    },
    close: async () => {
      for (const service of [...sockets, ...rest.reverse()]) await service.close()
      await broker.close()
      await database.close()
      await rm(dataDir, { recursive: true, force: true })
    }
  }
}

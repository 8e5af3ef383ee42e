import { randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startAp } from '@motience/ap'
import { startDsm } from '@motience/dsm'
import { openBroker } from '@motience/broker'
import { brokerLimits, databaseUrl, openDatabase, readEnv, redisUrl } from '@motience/kit'
import { ApEnvSchema, CommonEnvSchema, DsmEnvSchema, SmEnvSchema, Wss1EnvSchema, Wss2EnvSchema } from '@motience/schemas'
import { startSm } from '@motience/sm'
import { startWss1 } from '@motience/wss1'
import { startWss2 } from '@motience/wss2'
import pino from 'pino'

/** The secret that the services share: from the environment, or made at the first start and kept. */
const serviceSecret = async ({ SERVICE_SECRET: given, DATA_DIR: dataDir }) => {
  if (given !== '') return given
  await mkdir(dataDir, { recursive: true })
  const file = join(dataDir, 'service-secret')
  const made = randomBytes(32).toString('base64url')
  try {
    await writeFile(file, made, { flag: 'wx', mode: 0o600 })
    return made
  } catch (error) {
    if (error.code !== 'EEXIST') throw error
    return (await readFile(file, 'utf8')).trim()
  }
}

/**
 * Starts all five services in this process on one database and one broker: the embedded ones, or PostgreSQL and Redis
 * where the environment names them. Resolves once every service is ready.
 * @param {Record<string, string | undefined>} [source] the environment
 * @returns {Promise<{ urls: Record<string, string>, storage: string, broker: string, close: () => Promise<void> }>}
 */
export const startPlatform = async (source = process.env) => {
  const environment = { ...source }
  const common = readEnv(CommonEnvSchema, environment)
  const logger = pino({ level: source.LOG_LEVEL ? common.LOG_LEVEL : 'warn' })
  environment.SERVICE_SECRET = await serviceSecret(common)

  const open = []
  const close = async () => {
    for (const part of open.splice(0).reverse()) await part.close()
  }
  const opened = part => {
    open.push(part)
    return part
  }

  try {
    const database = opened(await openDatabase({ url: databaseUrl(common), dataDir: join(common.DATA_DIR, 'database'), pool: common.DB_POOL, waitMs: common.DB_WAIT_MS, logger }))
    const broker = opened(await openBroker({
      url: redisUrl(common),
      mode: common.REDIS_MODE,
      sentinelName: common.REDIS_SENTINEL_NAME,
      limits: brokerLimits(common),
      waitMs: common.DB_WAIT_MS,
      logger
    }))
    const shared = { database, broker, logger }
    const start = async (service, schema, { as, publish } = {}) => {
      const started = opened(await service(readEnv(schema, environment), shared))
      if (publish && !environment[as]) environment[as] = started.urls.http
      return started.urls
    }
    const ap = await start(startAp, ApEnvSchema, { as: 'AP_URL', publish: true })
    const sm = await start(startSm, SmEnvSchema, { as: 'SM_URL', publish: true })
    const dsm = await start(startDsm, DsmEnvSchema, { as: 'DSM_URL', publish: true })
    const wss1 = await start(startWss1, Wss1EnvSchema)
    const wss2 = await start(startWss2, Wss2EnvSchema)
    return {
      urls: { ap: ap.http, sm: sm.http, dsm: dsm.http, producer: wss1.websocket, producerPage: wss1.http, consumer: wss2.websocket, consumerPage: wss2.http },
      storage: database.kind,
      broker: broker.kind,
      close
    }
  } catch (error) {
    await close()
    throw error
  }
}

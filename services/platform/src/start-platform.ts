import { startAp } from '@motience/ap'
import { startDsm } from '@motience/dsm'
import {
  closeAll, createProcessLogger, openServiceBroker, openServiceDatabase, readEnv, serviceLogger, type Running,
  type Shared
} from '@motience/kit'
import { startMqtt } from '@motience/mqtt'
import {
  ApEnvSchema, CommonEnvSchema, DsmEnvSchema, MqttEnvSchema, SmEnvSchema, Wss1EnvSchema, Wss2EnvSchema
} from '@motience/schemas'
import { startSm } from '@motience/sm'
import { startWss1 } from '@motience/wss1'
import { startWss2 } from '@motience/wss2'
import type { Static, TObject } from '@sinclair/typebox'
import { sharedSecret } from './shared-secret.js'

/** All services, running in this process. */
export interface Platform {
  /**
   * Where each of them listens: `http:` for the APIs, the pages and `mqttHttp`, `ws:` for `producer`, `consumer` and
   * `mqttWebSocket`, and `mqtt:`.
   */
  urls: Record<
    'ap' | 'sm' | 'dsm' | 'producer' | 'producerPage' | 'consumer' | 'consumerPage' |
    'mqtt' | 'mqttWebSocket' | 'mqttHttp',
    string
  >
  /** `embedded` or `postgres`. */
  storage: string
  /** `memory` or `redis`. */
  broker: string
  /**
   * Stops the services, the latest first, and then what they share; `DRAIN_MS` is for all of them together. Rejects
   * with the first error, after everything was closed.
   */
  close (): Promise<void>
}

/** What is closed with the platform. */
interface Part { startDraining? (): void, close (): unknown }

type StartService<Schema extends TObject, Urls> = (env: Static<Schema>, shared: Shared) => Promise<Running<Urls>>

/**
 * Starts all six services in this process on one database and one broker: the embedded ones, or PostgreSQL and Redis
 * where `source`, the environment, names them. Resolves once every service is ready. Rejects with an `EnvError` or
 * `StartError` that names the variable at fault, after everything that was started is closed.
 */
export const startPlatform = async (source: Record<string, string | undefined> = process.env): Promise<Platform> => {
  const environment = { ...source }
  const common = readEnv(CommonEnvSchema, environment)
  const logger = createProcessLogger(source['LOG_LEVEL'] ? common.LOG_LEVEL : 'warn')
  const platformLogger = serviceLogger(logger, 'platform')
  environment['SERVICE_SECRET'] = await sharedSecret(common.SERVICE_SECRET, common.DATA_DIR)

  const opened: Part[] = []
  const close = async (): Promise<void> => {
    // All of them share the time of DRAIN_MS, which starts now.
    for (const part of opened) part.startDraining?.()
    await closeAll(opened.splice(0).reverse())
  }
  const open = async <Opened extends Part>(opening: Promise<Opened>): Promise<Opened> => {
    const part = await opening
    opened.push(part)
    return part
  }

  try {
    const database = await open(openServiceDatabase(common, platformLogger))
    const broker = await open(openServiceBroker(common, platformLogger))
    const start = async <Schema extends TObject, Urls>(
      service: StartService<Schema, Urls>, schema: Schema
    ): Promise<Urls> => (await open(service(readEnv(schema, environment), { database, broker, logger }))).urls
    /** The services that start after it find this one where it listens, unless the environment says otherwise. */
    const publish = (name: string, url: string): void => { environment[name] ||= url }

    const ap = await start(startAp, ApEnvSchema)
    publish('AP_URL', ap.http)
    const sm = await start(startSm, SmEnvSchema)
    publish('SM_URL', sm.http)
    const dsm = await start(startDsm, DsmEnvSchema)
    publish('DSM_URL', dsm.http)
    const wss1 = await start(startWss1, Wss1EnvSchema)
    const wss2 = await start(startWss2, Wss2EnvSchema)
    publish('WSS2_URL', wss2.websocket)
    const mqtt = await start(startMqtt, MqttEnvSchema)
    return {
      urls: {
        ap: ap.http,
        sm: sm.http,
        dsm: dsm.http,
        producer: wss1.websocket,
        producerPage: wss1.http,
        consumer: wss2.websocket,
        consumerPage: wss2.http,
        mqtt: mqtt.mqtt,
        mqttWebSocket: mqtt.websocket,
        mqttHttp: mqtt.http
      },
      storage: database.kind,
      broker: broker.kind,
      close
    }
  } catch (error) {
    await close().catch((closing: unknown) => {
      logger.error({ err: closing }, 'Failed to close after a failed start')
    })
    throw error
  }
}

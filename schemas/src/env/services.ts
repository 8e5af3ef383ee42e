import { Type, type Static } from '@sinclair/typebox'
import { addressEnv, brokerEnv, commonEnv, databaseEnv } from './common.js'
import { webEnv } from './web.js'

const duration = (value: string, what: string) =>
  Type.String({
    pattern: '^[1-9]\\d{0,6}(s|m|h|d)$',
    default: value,
    description: `${what}, such as \`30s\`, \`15m\`, \`1h\`, \`7d\``
  })
const rate = (value: number, what: string) =>
  Type.Integer({ minimum: 1, maximum: 10000000, default: value, description: what })

export const apEnv = {
  JWT_EXPIRES_IN: duration('1h', 'Life of an access token'),
  JWT_REFRESH_EXPIRES_IN: duration('7d', 'Life of a refresh token'),
  JWT_KEY_ROTATION: duration('30d', 'Age at which the signing key is replaced'),
  AP_LOGIN_RATE: rate(20, 'Logins and registrations a minute from one address'),
  AP_SERVICE_TOKEN_RATE: rate(600, 'Service tokens a minute for one address, refused ones included')
}
export const ApEnvSchema = Type.Object({ ...commonEnv, ...addressEnv, ...databaseEnv, ...brokerEnv, ...apEnv })
export type ApEnv = Static<typeof ApEnvSchema>

export const smEnv = {
  SM_CHANGE_RATE: rate(600, 'Changes of subscriptions and policies a minute by one user')
}
export const SmEnvSchema = Type.Object({ ...commonEnv, ...addressEnv, ...databaseEnv, ...brokerEnv, ...smEnv })
export type SmEnv = Static<typeof SmEnvSchema>

export const dsmEnv = {
  DSM_PERSIST: Type.Boolean({
    default: true,
    description: 'Keep messages in PostgreSQL; without it an ack means only that the broker has it'
  }),
  DSM_RETENTION: Type.String({
    pattern: '^([1-9]\\d{0,4}d)?(,?[1-9]\\d{0,5}(MB|GB|TB))?$',
    default: '30d',
    description: 'How long and how much history is kept: `30d`, `50GB` or `30d,50GB`; empty for ever'
  }),
  DSM_MAX_PAYLOAD: Type.Integer({
    minimum: 64,
    maximum: 1048576,
    default: 65536,
    description: 'Most bytes of one payload'
  }),
  DSM_MAX_PENDING: Type.Integer({
    minimum: 1,
    maximum: 1000000,
    default: 20000,
    description: 'Most messages that wait for the broker and the database; past it the answer is 503'
  }),
  DSM_WIDE_LIST: Type.Integer({
    minimum: 1,
    maximum: 1000000,
    default: 16,
    description:
      'Number of subscribers from which a producer\'s message is published once, and not once for each subscriber'
  })
}
export const DsmEnvSchema = Type.Object({ ...commonEnv, ...addressEnv, ...databaseEnv, ...brokerEnv, ...dsmEnv })
export type DsmEnv = Static<typeof DsmEnvSchema>

const socketEnv = (name: string, max: number) => ({
  [`${name}_MAX_CONNECTIONS`]: Type.Integer({
    minimum: 1,
    maximum: 1000000,
    default: max,
    description: `Most WebSockets of one ${name}`
  }),
  [`${name}_MAX_CONNECTIONS_PER_USER`]: Type.Integer({
    minimum: 1,
    maximum: 100000,
    default: 100,
    description: `Most WebSockets of one user at one ${name}`
  }),
  [`${name}_HEARTBEAT_MS`]: Type.Integer({
    minimum: 100,
    maximum: 600000,
    default: 25000,
    description: `Milliseconds between ${name}'s pings; a peer that answers none for two is closed with 4009`
  })
})

export const wss1Env = {
  ...(socketEnv('WSS1', 10000) as Record<
    'WSS1_MAX_CONNECTIONS' | 'WSS1_MAX_CONNECTIONS_PER_USER' | 'WSS1_HEARTBEAT_MS',
    ReturnType<typeof Type.Integer>
  >),
  WSS1_MAX_PAYLOAD: Type.Integer({
    minimum: 64,
    maximum: 1048576,
    default: 65536,
    description: 'Most bytes of one payload'
  }),
  WSS1_MAX_FRAME: Type.Integer({
    minimum: 1024,
    maximum: 16777216,
    default: 1048576,
    description: 'Most bytes of one frame'
  }),
  WSS1_MAX_IN_FLIGHT: Type.Integer({
    minimum: 1,
    maximum: 100000,
    default: 1000,
    description: 'Most messages of one connection that wait for their ack'
  }),
  WSS1_MAX_IN_FLIGHT_BYTES: Type.Integer({
    minimum: 65536,
    maximum: 1073741824,
    default: 33554432,
    description: 'Most bytes that wait for their acks, of all connections together'
  }),
  WSS1_MESSAGE_RATE: Type.Integer({
    minimum: 1,
    maximum: 10000000,
    default: 20000,
    description: 'Messages a second of one connection, past which it is closed with 4029'
  }),
  WSS1_COMPRESSION: Type.Boolean({
    default: true,
    description: 'Let producers compress what they send (permessage-deflate); keeps up to 32 KiB a connection'
  })
}
export const Wss1EnvSchema = Type.Object({
  ...commonEnv,
  ...addressEnv,
  ...brokerEnv,
  DB_WAIT_MS: databaseEnv.DB_WAIT_MS,
  DATA_DIR: databaseEnv.DATA_DIR,
  ...wss1Env,
  ...webEnv
})
export type Wss1Env = Static<typeof Wss1EnvSchema>

export const wss2Env = {
  ...(socketEnv('WSS2', 10000) as Record<
    'WSS2_MAX_CONNECTIONS' | 'WSS2_MAX_CONNECTIONS_PER_USER' | 'WSS2_HEARTBEAT_MS',
    ReturnType<typeof Type.Integer>
  >),
  WSS2_MAX_QUEUE_BYTES: Type.Integer({
    minimum: 4096,
    maximum: 1073741824,
    default: 1048576,
    description: 'Most bytes that wait for one slow consumer'
  }),
  WSS2_MAX_QUEUE_MESSAGES: Type.Integer({
    minimum: 1,
    maximum: 1000000,
    default: 4096,
    description: 'Most messages that wait for one slow consumer'
  })
}
export const Wss2EnvSchema = Type.Object({
  ...commonEnv,
  ...addressEnv,
  ...brokerEnv,
  DB_WAIT_MS: databaseEnv.DB_WAIT_MS,
  DATA_DIR: databaseEnv.DATA_DIR,
  ...wss2Env,
  ...webEnv
})
export type Wss2Env = Static<typeof Wss2EnvSchema>

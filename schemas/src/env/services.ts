import { Type, type Static } from '@sinclair/typebox'
import { addressEnv, brokerEnv, commonEnv, databaseEnv } from './common.js'
import { webEnv } from './web.js'

const duration = (value: string, description: string) =>
  Type.String({
    pattern: '^[1-9]\\d{0,6}(s|m|h|d)$',
    default: value,
    description: `${description}, such as \`30s\`, \`15m\`, \`1h\` or \`7d\``
  })
const rate = (value: number, description: string) =>
  Type.Integer({ minimum: 1, maximum: 10000000, default: value, description })

export const apEnv = {
  JWT_EXPIRES_IN: duration('1h', 'Lifetime of an access token'),
  JWT_REFRESH_EXPIRES_IN: duration('7d', 'Lifetime of a refresh token'),
  JWT_KEY_ROTATION: duration('30d', 'Age at which the signing key is rotated'),
  AP_LOGIN_RATE: rate(20, 'Maximum logins and registrations per minute and client address'),
  AP_SERVICE_TOKEN_RATE: rate(600, 'Maximum service token requests per minute and client address'),
  AP_CLAIM_RATE: rate(60, 'Maximum claims of devices per minute and client address'),
  AP_DEVICE_RATE: rate(600, 'Maximum changes to devices and keys per minute and user'),
  AP_MAX_DEVICES: Type.Integer({
    minimum: 1,
    maximum: 1000000,
    default: 10000,
    description: 'Maximum number of devices per user'
  })
}
export const ApEnvSchema = Type.Object({ ...commonEnv, ...addressEnv, ...databaseEnv, ...brokerEnv, ...apEnv })
export type ApEnv = Static<typeof ApEnvSchema>

export const smEnv = {
  SM_CHANGE_RATE: rate(600, 'Maximum changes to subscriptions and policies per minute and user')
}
export const SmEnvSchema = Type.Object({ ...commonEnv, ...addressEnv, ...databaseEnv, ...brokerEnv, ...smEnv })
export type SmEnv = Static<typeof SmEnvSchema>

export const dsmEnv = {
  DSM_PERSIST: Type.Boolean({
    default: true,
    description: 'Store messages in PostgreSQL; if `false`, an ack only means that the broker has the message'
  }),
  DSM_RETENTION: Type.String({
    pattern: '^([1-9]\\d{0,4}d)?(,?[1-9]\\d{0,5}(MB|GB|TB))?$',
    default: '30d',
    description: 'Retention of history by age, size or both: `30d`, `50GB` or `30d,50GB`; empty for unlimited'
  }),
  DSM_MAX_PAYLOAD: Type.Integer({
    minimum: 64,
    maximum: 1048576,
    default: 65536,
    description: 'Maximum payload size, in bytes'
  }),
  DSM_MAX_PENDING: Type.Integer({
    minimum: 1,
    maximum: 1000000,
    default: 20000,
    description: 'Maximum number of messages waiting for the broker and the database; beyond it, DSM returns 503'
  }),
  DSM_WIDE_LIST: Type.Integer({
    minimum: 1,
    maximum: 1000000,
    default: 16,
    description: 'Number of subscribers from which a message is published once instead of once for each subscriber'
  })
}
export const DsmEnvSchema = Type.Object({ ...commonEnv, ...addressEnv, ...databaseEnv, ...brokerEnv, ...dsmEnv })
export type DsmEnv = Static<typeof DsmEnvSchema>

const socketEnv = (name: string, max: number) => ({
  [`${name}_MAX_CONNECTIONS`]: Type.Integer({
    minimum: 1,
    maximum: 1000000,
    default: max,
    description: `Maximum number of connections per ${name} process`
  }),
  [`${name}_MAX_CONNECTIONS_PER_USER`]: Type.Integer({
    minimum: 1,
    maximum: 100000,
    default: 100,
    description: `Maximum number of connections per user and ${name} process`
  }),
  [`${name}_HEARTBEAT_MS`]: Type.Integer({
    minimum: 100,
    maximum: 600000,
    default: 25000,
    description: 'Interval between pings, in milliseconds; a peer that misses two is closed with 4009'
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
    description: 'Maximum payload size, in bytes'
  }),
  WSS1_MAX_FRAME: Type.Integer({
    minimum: 1024,
    maximum: 16777216,
    default: 1048576,
    description: 'Maximum frame size, in bytes'
  }),
  WSS1_MAX_IN_FLIGHT: Type.Integer({
    minimum: 1,
    maximum: 100000,
    default: 1000,
    description: 'Maximum number of unacknowledged messages per connection'
  }),
  WSS1_MAX_IN_FLIGHT_BYTES: Type.Integer({
    minimum: 65536,
    maximum: 1073741824,
    default: 33554432,
    description: 'Maximum size of unacknowledged messages across all connections, in bytes'
  }),
  WSS1_MESSAGE_RATE: Type.Integer({
    minimum: 1,
    maximum: 10000000,
    default: 20000,
    description: 'Maximum messages per second and connection; beyond it, the connection is closed with 4029'
  }),
  WSS1_COMPRESSION: Type.Boolean({
    default: true,
    description: 'Accept compressed messages from producers (permessage-deflate); uses up to 32 KiB per connection'
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
    description: 'Maximum size of the send queue of one connection, in bytes'
  }),
  WSS2_MAX_QUEUE_MESSAGES: Type.Integer({
    minimum: 1,
    maximum: 1000000,
    default: 4096,
    description: 'Maximum number of messages in the send queue of one connection'
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

export const mqttEnv = {
  MQTT_MAX_CONNECTIONS: Type.Integer({
    minimum: 1,
    maximum: 1000000,
    default: 20000,
    description: 'Maximum number of connections per MQTT process'
  }),
  MQTT_MAX_CONNECTIONS_PER_USER: Type.Integer({
    minimum: 1,
    maximum: 1000000,
    default: 10000,
    description: 'Maximum number of connections per user and MQTT process'
  }),
  MQTT_MAX_CONNECTIONS_PER_CREDENTIAL: Type.Integer({
    minimum: 1,
    maximum: 1000000,
    default: 100,
    description: 'Maximum number of connections per key or sign-in and MQTT process'
  }),
  MQTT_CONNECT_TIMEOUT_MS: Type.Integer({
    minimum: 10,
    maximum: 600000,
    default: 10000,
    description: 'Maximum time until a connection has sent its CONNECT packet, in milliseconds'
  }),
  MQTT_MAX_PACKET: Type.Integer({
    minimum: 1024,
    maximum: 16777216,
    default: 131072,
    description: 'Maximum packet size, in bytes; a larger packet closes the connection'
  }),
  MQTT_MAX_PAYLOAD: Type.Integer({
    minimum: 64,
    maximum: 1048576,
    default: 65536,
    description: 'Maximum payload size, in bytes'
  }),
  MQTT_MAX_IN_FLIGHT: Type.Integer({
    minimum: 1,
    maximum: 65535,
    default: 1000,
    description: 'Maximum number of unacknowledged messages per session (the receive maximum of MQTT 5)'
  }),
  MQTT_MAX_IN_FLIGHT_BYTES: Type.Integer({
    minimum: 65536,
    maximum: 1073741824,
    default: 33554432,
    description: 'Maximum size of unacknowledged messages across all connections, in bytes'
  }),
  MQTT_MESSAGE_RATE: Type.Integer({
    minimum: 1,
    maximum: 10000000,
    default: 20000,
    description: 'Maximum packets per second and connection; beyond it, the connection is closed'
  }),
  MQTT_MAX_SESSIONS: Type.Integer({
    minimum: 1,
    maximum: 1000000,
    default: 20000,
    description: 'Maximum number of sessions kept for clients that are not connected; beyond it, the oldest is dropped'
  }),
  MQTT_SESSION_EXPIRY_SECS: Type.Integer({
    minimum: 0,
    maximum: 604800,
    default: 86400,
    description: 'Maximum time that the session of a client that is not connected is kept, in seconds'
  })
}
export const MqttEnvSchema = Type.Object({
  ...commonEnv,
  ...addressEnv,
  ...brokerEnv,
  DB_WAIT_MS: databaseEnv.DB_WAIT_MS,
  DATA_DIR: databaseEnv.DATA_DIR,
  ...mqttEnv
})
export type MqttEnv = Static<typeof MqttEnvSchema>

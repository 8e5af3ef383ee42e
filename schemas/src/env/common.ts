import { Type, type Static } from '@sinclair/typebox'

const port = (value: number, server: string) =>
  Type.Integer({ minimum: 0, maximum: 65535, default: value, description: `Port of ${server}; 0 picks a free port` })
const url = (value: string, service: string) =>
  Type.String({
    pattern: '^https?://',
    default: value,
    description: `URL at which the other services reach ${service}`
  })

/** Variables that every service reads. */
export const commonEnv = {
  NODE_ENV: Type.String({ default: 'production', description: 'Environment: `production`, `development` or `test`' }),
  LOG_LEVEL: Type.Union(
    ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'].map(level => Type.Literal(level)),
    { default: 'info', description: 'Minimum log level' }
  ),
  HOST: Type.String({ default: '127.0.0.1', description: 'Address to listen on; `0.0.0.0` for all interfaces' }),
  TRUST_PROXY: Type.Boolean({ default: false, description: 'Trust the `X-Forwarded-For` header of a load balancer' }),
  CORS_ORIGIN: Type.String({
    default: 'http://127.0.0.1:3010,http://localhost:3010,http://127.0.0.1:3011,http://localhost:3011',
    description: 'Comma-separated list of allowed CORS origins, or `*`'
  }),
  DRAIN_MS: Type.Integer({
    minimum: 0,
    maximum: 60000,
    default: 8000,
    description: 'Maximum time to drain in-flight work on shutdown, in milliseconds'
  }),
  SERVICE_SECRET: Type.String({
    default: '',
    description:
      'Secret shared by the services, at least 16 characters; `npm start` generates one and stores it in `DATA_DIR`'
  })
}

/** Where the services listen, and where they reach each other. */
export const addressEnv = {
  AP_PORT: port(3001, 'AP'),
  SM_PORT: port(3002, 'SM'),
  DSM_PORT: port(3003, 'DSM'),
  WSS1_PORT: port(8001, 'the WSS1 WebSocket server'),
  WSS1_HTTP_PORT: port(3010, 'the WSS1 HTTP server and the producer page'),
  WSS2_PORT: port(8002, 'the WSS2 WebSocket server'),
  WSS2_HTTP_PORT: port(3011, 'the WSS2 HTTP server and the consumer page'),
  MQTT_PORT: port(1883, 'the MQTT server'),
  MQTT_HTTP_PORT: port(3012, 'MQTT over WebSocket, at `/mqtt`, and of the metrics of the MQTT server'),
  AP_URL: url('http://127.0.0.1:3001', 'AP'),
  SM_URL: url('http://127.0.0.1:3002', 'SM'),
  DSM_URL: url('http://127.0.0.1:3003', 'DSM'),
  WSS2_URL: Type.String({
    pattern: '^wss?://',
    default: 'ws://127.0.0.1:8002/consumer',
    description: 'URL at which the MQTT server reaches the WSS2 WebSocket server'
  })
}

/** PostgreSQL, or the embedded database. */
export const databaseEnv = {
  DATABASE_URL: Type.String({
    default: '',
    description: 'PostgreSQL URL, `postgres://…`; empty for the embedded database (`npm start` only)'
  }),
  DB_HOST: Type.String({
    default: '',
    description: 'PostgreSQL host; with the next four, an alternative to `DATABASE_URL`'
  }),
  DB_PORT: Type.Integer({ minimum: 1, maximum: 65535, default: 5432, description: 'PostgreSQL port' }),
  DB_NAME: Type.String({ default: 'motience', description: 'PostgreSQL database' }),
  DB_USER: Type.String({ default: 'motience', description: 'PostgreSQL user' }),
  DB_PASSWORD: Type.String({ default: '', description: 'PostgreSQL password' }),
  DB_POOL: Type.Integer({
    minimum: 1,
    maximum: 100,
    default: 10,
    description: 'Maximum PostgreSQL connections per service process'
  }),
  DB_WAIT_MS: Type.Integer({
    minimum: 0,
    maximum: 600000,
    default: 30000,
    description: 'Maximum time to wait for PostgreSQL and Redis at startup, in milliseconds'
  }),
  DATA_DIR: Type.String({ default: '.data', description: 'Folder for the embedded database and generated secrets' })
}

/** Redis, or the in-memory broker. */
export const brokerEnv = {
  REDIS_URL: Type.String({
    default: '',
    description:
      'Redis URL, `redis://…` or `rediss://…`, comma-separated for `sentinel` and `cluster`; ' +
      'empty for the in-memory broker (`npm start` only)'
  }),
  REDIS_CA_FILE: Type.String({
    default: '',
    description:
      'With `rediss://`: PEM file of the certificate authorities to trust for Redis, instead of those of Node.js'
  }),
  REDIS_HOST: Type.String({ default: '', description: 'Redis host; with `REDIS_PORT`, an alternative to `REDIS_URL`' }),
  REDIS_PORT: Type.Integer({ minimum: 1, maximum: 65535, default: 6379, description: 'Redis port' }),
  REDIS_MODE: Type.Union([Type.Literal('standalone'), Type.Literal('sentinel'), Type.Literal('cluster')], {
    default: 'standalone',
    description: 'Redis deployment mode'
  }),
  REDIS_SENTINEL_NAME: Type.String({
    default: 'mymaster',
    description: 'Name of the master that the sentinels monitor'
  }),
  LOG_MAX_MESSAGES: Type.Integer({
    minimum: 1,
    maximum: 10000000,
    default: 10000,
    description: "Maximum number of messages in a producer's log, from which consumers resume"
  }),
  LOG_MAX_BYTES: Type.Integer({
    minimum: 65536,
    maximum: 1099511627776,
    default: 67108864,
    description:
      "Maximum size of a producer's log, in bytes. Messages published but not yet stored have to fit in it; " +
      'when they do not, the producer waits'
  }),
  LOG_MAX_AGE_SECS: Type.Integer({
    minimum: 1,
    maximum: 31536000,
    default: 86400,
    description: "Maximum age of stored messages in a producer's log, in seconds"
  }),
  SESSIONS_MAX_BYTES: Type.Integer({
    minimum: 1024,
    maximum: 1099511627776,
    default: 8388608,
    description:
      'Maximum memory for the last `seq` of the device sessions of one producer, in bytes ' +
      '(the name and 200 bytes each); other sessions are looked up in history'
  })
}

export const CommonEnvSchema = Type.Object({ ...commonEnv, ...addressEnv, ...databaseEnv, ...brokerEnv })
export type CommonEnv = Static<typeof CommonEnvSchema>

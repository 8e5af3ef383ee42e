import { Type, type Static } from '@sinclair/typebox'

const port = (value: number, what: string) =>
  Type.Integer({ minimum: 0, maximum: 65535, default: value, description: `Port of ${what}; 0 takes a free one` })
const url = (value: string, what: string) =>
  Type.String({ pattern: '^https?://', default: value, description: `Where ${what} is reached by the other services` })

/** Variables of every service. */
export const commonEnv = {
  NODE_ENV: Type.String({ default: 'production', description: '`production`, `development` or `test`' }),
  LOG_LEVEL: Type.Union(
    ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'].map(level => Type.Literal(level)),
    { default: 'info', description: 'Least level that is logged' }
  ),
  HOST: Type.String({ default: '127.0.0.1', description: 'Address that servers listen on; `0.0.0.0` for all' }),
  TRUST_PROXY: Type.Boolean({ default: false, description: 'Believe `X-Forwarded-For` of a load balancer in front' }),
  CORS_ORIGIN: Type.String({
    default: 'http://127.0.0.1:3010,http://localhost:3010,http://127.0.0.1:3011,http://localhost:3011',
    description: 'Comma-separated origins that browsers may call from, or `*`'
  }),
  DRAIN_MS: Type.Integer({
    minimum: 0,
    maximum: 60000,
    default: 8000,
    description: 'Most milliseconds that a stopping service waits for what is in flight'
  }),
  SERVICE_SECRET: Type.String({
    default: '',
    description:
      'Shared by the services, at least 16 characters; made and kept under `DATA_DIR` by the embedded default'
  })
}

/** Where the parts are reached. */
export const addressEnv = {
  AP_PORT: port(3001, 'AP'),
  SM_PORT: port(3002, 'SM'),
  DSM_PORT: port(3003, 'DSM'),
  WSS1_PORT: port(8001, 'WSS1\'s WebSocket'),
  WSS1_HTTP_PORT: port(3010, 'WSS1\'s HTTP and the producer\'s page'),
  WSS2_PORT: port(8002, 'WSS2\'s WebSocket'),
  WSS2_HTTP_PORT: port(3011, 'WSS2\'s HTTP and the consumer\'s page'),
  AP_URL: url('http://127.0.0.1:3001', 'AP'),
  SM_URL: url('http://127.0.0.1:3002', 'SM'),
  DSM_URL: url('http://127.0.0.1:3003', 'DSM')
}

/** PostgreSQL, or the embedded database. */
export const databaseEnv = {
  DATABASE_URL: Type.String({
    default: '',
    description: 'PostgreSQL, `postgres://…`; empty for the embedded database (`npm start` alone)'
  }),
  DB_HOST: Type.String({ default: '', description: 'With the next four, instead of `DATABASE_URL`' }),
  DB_PORT: Type.Integer({ minimum: 1, maximum: 65535, default: 5432, description: "PostgreSQL's port" }),
  DB_NAME: Type.String({ default: 'motience', description: "PostgreSQL's database" }),
  DB_USER: Type.String({ default: 'motience', description: "PostgreSQL's user" }),
  DB_PASSWORD: Type.String({ default: '', description: "PostgreSQL's password" }),
  DB_POOL: Type.Integer({
    minimum: 1,
    maximum: 100,
    default: 10,
    description: 'Most connections of one service to PostgreSQL'
  }),
  DB_WAIT_MS: Type.Integer({
    minimum: 0,
    maximum: 600000,
    default: 30000,
    description: 'Most milliseconds that a start waits for PostgreSQL or Redis'
  }),
  DATA_DIR: Type.String({ default: '.data', description: "Folder of the embedded default's files" })
}

/** Redis, or the broker in memory. */
export const brokerEnv = {
  REDIS_URL: Type.String({
    default: '',
    description:
      '`redis://…` or `rediss://…`, comma-separated for `sentinel` and `cluster`; empty for the broker in memory (`npm start` alone)'
  }),
  REDIS_CA_FILE: Type.String({
    default: '',
    description:
      "With `rediss://`: file of PEM certificates of the authorities that sign Redis' own, instead of those that Node knows"
  }),
  REDIS_HOST: Type.String({ default: '', description: 'With `REDIS_PORT`, instead of `REDIS_URL`' }),
  REDIS_PORT: Type.Integer({ minimum: 1, maximum: 65535, default: 6379, description: "Redis' port" }),
  REDIS_MODE: Type.Union([Type.Literal('standalone'), Type.Literal('sentinel'), Type.Literal('cluster')], {
    default: 'standalone',
    description: 'Form of Redis'
  }),
  REDIS_SENTINEL_NAME: Type.String({ default: 'mymaster', description: 'Name of the master that the sentinels watch' }),
  LOG_MAX_MESSAGES: Type.Integer({
    minimum: 1,
    maximum: 10000000,
    default: 10000,
    description: 'Most messages of one producer in the log that consumers resume from'
  }),
  LOG_MAX_BYTES: Type.Integer({
    minimum: 65536,
    maximum: 1099511627776,
    default: 67108864,
    description:
      'Most bytes of that log. What is published and not stored yet may not take more than the log holds: past it the producer waits'
  }),
  LOG_MAX_AGE_SECS: Type.Integer({
    minimum: 1,
    maximum: 31536000,
    default: 86400,
    description: 'Most seconds that a message stays in that log, once it is stored'
  }),
  SESSIONS_MAX_BYTES: Type.Integer({
    minimum: 1024,
    maximum: 1099511627776,
    default: 8388608,
    description:
      'Most bytes for the sessions of one producer whose last `seq` is remembered, a name and 200 bytes for each; the others are looked up in history'
  })
}

export const CommonEnvSchema = Type.Object({ ...commonEnv, ...addressEnv, ...databaseEnv, ...brokerEnv })
export type CommonEnv = Static<typeof CommonEnvSchema>

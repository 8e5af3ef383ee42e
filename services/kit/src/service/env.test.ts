import { Type } from '@sinclair/typebox'
import { ApEnvSchema, Wss1EnvSchema } from '@motience/schemas'
import t from 'tap'
import { databaseUrl, EnvError, parseDuration, readEnv, redisUrl, serviceSecret } from './index.js'

t.test('defaults apply, and an empty variable counts as unset', async t => {
  const env = readEnv(ApEnvSchema, { AP_PORT: '', LOG_LEVEL: '  ' })
  t.match(env, { AP_PORT: 3001, LOG_LEVEL: 'info', TRUST_PROXY: false, DATABASE_URL: '', JWT_EXPIRES_IN: '1h' })
})

t.test('values are converted by the schema', async t => {
  const env = readEnv(Wss1EnvSchema, {
    WSS1_PORT: '0',
    TRUST_PROXY: 'yes',
    LOG_LEVEL: 'debug',
    WSS1_MAX_IN_FLIGHT: ' 12 ',
    AP_URL: 'https://ap.example'
  })
  t.match(env, {
    WSS1_PORT: 0,
    TRUST_PROXY: true,
    LOG_LEVEL: 'debug',
    WSS1_MAX_IN_FLIGHT: 12,
    AP_URL: 'https://ap.example'
  })
  t.equal(readEnv(Wss1EnvSchema, { TRUST_PROXY: '0' }).TRUST_PROXY, false)
})

t.test('every invalid variable is named on a line of its own', async t => {
  const bad = {
    AP_PORT: '70000',
    SM_PORT: '3.5',
    DSM_PORT: '0x10',
    LOG_LEVEL: 'loud',
    TRUST_PROXY: 'perhaps',
    AP_URL: 'ftp://x',
    JWT_EXPIRES_IN: '1 week',
    REDIS_MODE: 'tree'
  }
  const error = t.throws(() => readEnv(ApEnvSchema, bad)) as unknown as EnvError
  t.ok(error instanceof EnvError)
  const lines = error.message.split('\n')
  t.equal(lines.length, Object.keys(bad).length)
  for (const name of Object.keys(bad)) t.ok(lines.some(line => line.startsWith(`${name} must `)), name)
  t.ok(lines.includes('AP_PORT must be an integer from 0 to 65535, not \'70000\''))
  t.ok(lines.some(line => line.startsWith('LOG_LEVEL must be one of fatal, error')))
  t.notMatch(error.message, /ftp/, 'a URL may contain a password')
})

t.test('variables without a default are required', async t => {
  const schema = Type.Object({
    KEY: Type.String({ description: 'The key' }),
    RATIO: Type.Optional(Type.Number({ minimum: 0, maximum: 1 }))
  })
  t.throws(() => readEnv(schema, {}), { message: 'KEY is missing: The key' })
  t.strictSame(readEnv(schema, { KEY: 'k', RATIO: '0.5', OTHER: 'x' }), { KEY: 'k', RATIO: 0.5 })
  t.strictSame(readEnv(schema, { KEY: 'k' }), { KEY: 'k' })
  t.throws(() => readEnv(schema, { KEY: 'k', RATIO: '2' }), { message: "RATIO must be a number from 0 to 1, not '2'" })
})

t.test('the URL of the database', async t => {
  const read = (source: Record<string, string>): string => databaseUrl(readEnv(ApEnvSchema, source))
  t.equal(read({}), '')
  t.equal(read({ DATABASE_URL: 'postgres://u:p@h/d', DB_HOST: 'other' }), 'postgres://u:p@h/d')
  t.equal(read({ DB_HOST: 'db', DB_PASSWORD: 'p@/:' }), 'postgres://motience:p%40%2F%3A@db:5432/motience')
  t.equal(read({ DB_HOST: '::1', DB_PORT: '1', DB_NAME: 'n', DB_USER: 'u' }), 'postgres://u@[::1]:1/n')
  t.throws(() => read({ DATABASE_URL: 'mysql://secret@x' }), { name: 'EnvError', message: /^DATABASE_URL must/ })
})

t.test('the URL of Redis', async t => {
  const read = (source: Record<string, string>): string => redisUrl(readEnv(ApEnvSchema, source))
  t.equal(read({}), '')
  t.equal(read({ REDIS_HOST: 'cache', REDIS_PORT: '7' }), 'redis://cache:7')
  t.equal(read({ REDIS_URL: 'redis://a:1,rediss://b:2' }), 'redis://a:1,rediss://b:2')
  t.throws(() => read({ REDIS_URL: 'redis://a,http://b' }), { message: /^REDIS_URL must/ })
  const file = import.meta.filename
  t.equal(new URL(read({ REDIS_URL: 'rediss://:p%2F@a:1/3', REDIS_CA_FILE: file })).searchParams.get('ca'), file)
  t.match(
    read({ REDIS_URL: 'rediss://a:1, rediss://b:2', REDIS_CA_FILE: file }),
    /^rediss:\/\/a:1\?ca=[^,]+, rediss:\/\/b:2$/
  )
  t.throws(() => read({ REDIS_URL: 'rediss://a:1', REDIS_CA_FILE: `${file}.none` }), {
    name: 'EnvError',
    message: /^REDIS_CA_FILE can't be read: ENOENT/
  })
  t.throws(() => read({ REDIS_HOST: 'a', REDIS_CA_FILE: file }), { message: /^REDIS_CA_FILE requires/ })
})

t.test('SERVICE_SECRET has a minimum length', async t => {
  t.equal(serviceSecret({ SERVICE_SECRET: 'x'.repeat(16) }), 'x'.repeat(16))
  t.throws(() => serviceSecret({ SERVICE_SECRET: 'short' }), { message: /^SERVICE_SECRET must/ })
})

t.test('durations', async t => {
  t.strictSame(['30s', '15m', '1h', '7d'].map(parseDuration), [30_000, 900_000, 3_600_000, 604_800_000])
  for (const bad of ['', '0s', '1', '1w', '-1s', '1.5h', '12345678s']) t.throws(() => parseDuration(bad), RangeError)
})

import { startPostgres, type PostgresServer } from '../servers/postgres.js'
import { startRedis, type RedisServer } from '../servers/redis.js'
import { serversRequired } from '../servers/find-command.js'

let postgresServer: Promise<PostgresServer> | undefined
let redisServer: Promise<RedisServer> | undefined
const said = new Set<string>()

/** URL of the server on which tests make their databases: the given one, or one that this process starts for itself. */
export const sharedPostgresUrl = async (): Promise<string> => {
  const given = process.env['MOTIENCE_TEST_DATABASE_URL']
  if (given) return given
  postgresServer ??= startPostgres()
  return (await postgresServer).url
}

/** This process's own Redis, for tests that do not stop it. */
export const sharedRedis = (): Promise<RedisServer> => {
  redisServer ??= startRedis()
  return redisServer
}

/** Says once that a kind is left out; an error where everything is required. */
export const leaveOut = (what: string): void => {
  if (serversRequired()) throw new Error(`${what} was not found, and MOTIENCE_REQUIRE_SERVERS=1 asks for it`)
  if (!said.has(what)) console.error(`${what} was not found on this machine: its tests are left out`)
  said.add(what)
}

import { startPostgres, type PostgresServer } from '../servers/postgres.js'
import { startRedis, type RedisServer } from '../servers/redis.js'
import { serversRequired } from '../servers/find-command.js'

let postgresServer: Promise<PostgresServer> | undefined
let redisServer: Promise<RedisServer> | undefined
const said = new Set<string>()

/** URL of the server for tests' databases: the configured one, or one that this process starts. */
export const sharedPostgresUrl = async (): Promise<string> => {
  const given = process.env['MOTIENCE_TEST_DATABASE_URL']
  if (given) return given
  postgresServer ??= startPostgres()
  return (await postgresServer).url
}

/** This process's Redis, for tests that do not stop it. */
export const sharedRedis = (): Promise<RedisServer> => {
  redisServer ??= startRedis()
  return redisServer
}

/** Reports once that tests of a kind are skipped; throws if everything is required. */
export const reportSkipped = (what: string): void => {
  if (serversRequired()) throw new Error(`${what} was not found, and MOTIENCE_REQUIRE_SERVERS=1 requires it`)
  if (!said.has(what)) console.error(`${what} was not found on this machine: skipping its tests`)
  said.add(what)
}

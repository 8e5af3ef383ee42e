import { rmSync } from 'node:fs'
import { chmod, mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { PostgresServer, RedisServer } from '@motience/testing'
import postgres from 'postgres'
import { runDocumented } from './run-documented.js'
import { numbers, type RestoreForm } from './backup-and-restore.js'

/** Runs a documented step on the servers' machine. */
type Step = (name: string, as?: string) => Promise<void>

/** What a database's part of a form does. */
type Part = Pick<RestoreForm, 'backUp' | 'restore'> & Partial<Pick<RestoreForm, 'backUpLater'>>

const dump = (step: Step): Part => ({
  backUp: () => step('dump'),
  restore: async () => {
    await step('restore a dump')
    await step('after a restore')
  }
})

const files = (step: Step, database: PostgresServer): Part => ({
  backUp: () => step('base backup', 'postgres'),
  restore: async () => {
    await database.stop()
    await step('restore a base backup', 'postgres')
    await database.start()
    await step('after a restore')
  }
})

const oneValue = async (url: string, query: string): Promise<string> => {
  const sql = postgres(url, { max: 1, onnotice: () => {} })
  try {
    const [row] = await sql.unsafe(query)
    return String(Object.values(row!)[0])
  } finally {
    await sql.end()
  }
}

const moment = (step: Step, database: PostgresServer, variables: Record<string, string>): Part => ({
  backUp: () => step('base backup', 'postgres'),
  backUpLater: async () => { variables['MOMENT'] = await oneValue(database.url, 'SELECT clock_timestamp()::text') },
  restore: async () => {
    await oneValue(database.url, 'SELECT pg_switch_wal()::text')
    await database.stop()
    await step('restore a moment', 'postgres')
    await database.start()
    await step('after a restore')
  }
})

const redisFiles = (step: Step, redis: RedisServer): Part => ({
  backUp: () => step('back up Redis'),
  restore: async () => {
    await redis.stop()
    await step('restore Redis')
    await redis.start()
  }
})

/** The servers whose state is put back. */
export interface RestoredServers {
  database: PostgresServer
  redis: RedisServer
  /** In place of the command of that step. */
  afterRestore?: () => Promise<void>
}

const { sent, later, backedUp } = numbers
const ofDatabase = { forgetsSubscriptions: true }

/** Makes a folder for backups that PostgreSQL may write to, and the variables of docs/operations.md. */
const prepare = async ({
  database, redis, afterRestore
}: RestoredServers): Promise<{ step: Step; variables: Record<string, string> }> => {
  const backups = await mkdtemp(join(tmpdir(), 'motience-backups-'))
  await chmod(backups, 0o777)
  process.once('exit', () => rmSync(backups, { recursive: true, force: true }))
  const variables: Record<string, string> = {
    BACKUPS: backups,
    DATABASE_URL: database.url,
    REDIS_URL: redis.url,
    PGDATA: database.dataDir,
    REDIS_DATA: redis.dataDir
  }
  return {
    variables,
    step: (name, as) =>
      name === 'after a restore' && afterRestore !== undefined ? afterRestore() : runDocumented(name, variables, as)
  }
}

const emptied = (step: Step, part: Part): Part => ({
  ...part,
  restore: async () => {
    await part.restore()
    await step('empty Redis')
  }
})

const dumps = (step: Step): RestoreForm[] => [
  { name: 'dump put back, Redis kept', ...ofDatabase, keepsUpTo: sent, ...dump(step) },
  { name: 'dump put back, Redis emptied', ...ofDatabase, keepsUpTo: backedUp, ...emptied(step, dump(step)) }
]

/** The forms that take a few seconds. */
export const dumpForms = async (servers: RestoredServers): Promise<RestoreForm[]> =>
  dumps((await prepare(servers)).step)

/** Archives the log of PostgreSQL, and returns every form of backup and restore with PostgreSQL and Redis. */
export const serverForms = async (servers: RestoredServers): Promise<RestoreForm[]> => {
  const { database, redis } = servers
  const { step, variables } = await prepare(servers)
  await step('archive', 'postgres')
  await database.restart()
  return [
    ...dumps(step),
    { name: 'files put back, Redis kept', ...ofDatabase, keepsUpTo: sent, ...files(step, database) },
    {
      name: 'files put back, Redis emptied',
      ...ofDatabase,
      keepsUpTo: backedUp,
      ...emptied(step, files(step, database))
    },
    { name: 'a moment put back, Redis kept', ...ofDatabase, keepsUpTo: sent, ...moment(step, database, variables) },
    {
      name: 'a moment put back, Redis emptied',
      ...ofDatabase,
      keepsUpTo: later,
      ...emptied(step, moment(step, database, variables))
    },
    {
      name: 'Redis put back, PostgreSQL kept',
      forgetsSubscriptions: false,
      keepsUpTo: sent,
      ...redisFiles(step, redis)
    },
    {
      name: 'dump put back, and Redis of a later moment',
      ...ofDatabase,
      keepsUpTo: later,
      backUp: dump(step).backUp,
      backUpLater: redisFiles(step, redis).backUp,
      restore: async () => { await dump(step).restore(); await redisFiles(step, redis).restore() }
    },
    {
      name: 'a moment put back, and Redis of an earlier one',
      ...ofDatabase,
      keepsUpTo: later,
      ...moment(step, database, variables),
      backUp: async () => {
        await step('base backup', 'postgres')
        await step('back up Redis')
      },
      restore: async () => {
        await moment(step, database, variables).restore()
        await redisFiles(step, redis).restore()
      }
    }
  ]
}

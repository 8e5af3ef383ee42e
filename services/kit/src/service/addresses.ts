import { accessSync, constants } from 'node:fs'
import type { CommonEnv } from '@motience/schemas'
import { EnvError } from './env.js'

type DatabaseEnv = Pick<CommonEnv, 'DATABASE_URL' | 'DB_HOST' | 'DB_PORT' | 'DB_NAME' | 'DB_USER' | 'DB_PASSWORD'>
type RedisEnv = Pick<CommonEnv, 'REDIS_URL' | 'REDIS_HOST' | 'REDIS_PORT' | 'REDIS_CA_FILE'>

const host = (name: string): string => name.includes(':') && !name.startsWith('[') ? `[${name}]` : name

/**
 * URL of PostgreSQL: `DATABASE_URL`, or composed of `DB_HOST` and the like; '' for the embedded database. Throws an
 * `EnvError` if it is not a URL of PostgreSQL.
 */
export const databaseUrl = (env: DatabaseEnv): string => {
  if (env.DATABASE_URL !== '') {
    if (!/^postgres(ql)?:\/\/./.test(env.DATABASE_URL) || !URL.canParse(env.DATABASE_URL)) {
      throw new EnvError('DATABASE_URL must be a postgres:// URL')
    }
    return env.DATABASE_URL
  }
  if (env.DB_HOST === '') return ''
  const user =
    encodeURIComponent(env.DB_USER) + (env.DB_PASSWORD === '' ? '' : `:${encodeURIComponent(env.DB_PASSWORD)}`)
  return `postgres://${user}@${host(env.DB_HOST)}:${env.DB_PORT}/${encodeURIComponent(env.DB_NAME)}`
}

/** The URLs with the CA file as a parameter of the first, which the broker reads. */
const withCaFile = (urls: string, file: string): string => {
  if (!urls.trimStart().startsWith('rediss:')) {
    throw new EnvError('REDIS_CA_FILE requires a rediss:// URL in REDIS_URL')
  }
  try {
    accessSync(file, constants.R_OK)
  } catch (error) {
    throw new EnvError(`REDIS_CA_FILE can't be read: ${error instanceof Error ? error.message : String(error)}`)
  }
  const [first, ...others] = urls.split(',')
  const url = new URL(first!.trim())
  url.searchParams.set('ca', file)
  return [url.href, ...others].join(',')
}

/**
 * URL of Redis: `REDIS_URL` (a comma-separated list for Sentinel and Cluster), or composed of `REDIS_HOST`; with
 * `REDIS_CA_FILE`, if set; '' for the in-memory broker. Throws an `EnvError` if it is not a URL of Redis, or the file
 * can't be read.
 */
export const redisUrl = (env: RedisEnv): string => {
  if (env.REDIS_URL !== '') {
    for (const url of env.REDIS_URL.split(',')) {
      if (!/^rediss?:\/\/./.test(url.trim()) || !URL.canParse(url.trim())) {
        throw new EnvError('REDIS_URL must be redis:// or rediss:// URLs')
      }
    }
  }
  const urls =
    env.REDIS_URL !== '' || env.REDIS_HOST === '' ? env.REDIS_URL : `redis://${host(env.REDIS_HOST)}:${env.REDIS_PORT}`
  return urls === '' || env.REDIS_CA_FILE === '' ? urls : withCaFile(urls, env.REDIS_CA_FILE)
}

/** `SERVICE_SECRET`, which all processes have to share. Throws an `EnvError` if it is missing or too short. */
export const serviceSecret = (env: Pick<CommonEnv, 'SERVICE_SECRET'>): string => {
  if (env.SERVICE_SECRET.length < 16) {
    throw new EnvError('SERVICE_SECRET must be at least 16 characters, the same for every service')
  }
  return env.SERVICE_SECRET
}

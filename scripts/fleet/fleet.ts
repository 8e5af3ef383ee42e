import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { waitFor } from '@motience/testing'
import { startBalancer, type Balancer } from './balancer.js'

export const serviceNames = ['ap', 'sm', 'dsm', 'wss1', 'wss2'] as const
export type ServiceName = (typeof serviceNames)[number]

/** One process of one service. */
export interface Instance {
  readonly name: ServiceName
  readonly index: number
  /** Where it answers by itself, without its balancer. */
  readonly url: string
  /** Ends it with SIGKILL. */
  kill (): Promise<void>
  /** Ends it with SIGTERM: it answers what it has taken. */
  end (): Promise<void>
  /** Starts it again on the same ports and waits until it is ready. */
  start (): Promise<void>
  /** Of its process; 0 while it is down. */
  readonly pid: number
  /** Resident memory, bytes; 0 while it is down. */
  residentBytes (): Promise<number>
}

/** All processes of the platform, each service behind a balancer. */
export interface Fleet {
  readonly instances: readonly Instance[]
  /** Where clients connect. */
  readonly urls: { ap: string, sm: string, dsm: string, producer: string, consumer: string }
  /** What clients and services connect through, by service and by what is spoken. */
  readonly balancers: Record<string, Balancer>
  stop (): Promise<void>
}

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

const portNames: Record<ServiceName, readonly [http: string, websocket?: string]> = {
  ap: ['AP_PORT'],
  sm: ['SM_PORT'],
  dsm: ['DSM_PORT'],
  wss1: ['WSS1_HTTP_PORT', 'WSS1_PORT'],
  wss2: ['WSS2_HTTP_PORT', 'WSS2_PORT']
}

interface Ports { http: number, websocket: number }

const createInstance = (
  name: ServiceName,
  index: number,
  ports: Ports,
  environment: Record<string, string>,
  logFolder: string
): Instance => {
  let child: ChildProcess | null = null
  const [httpName, websocketName] = portNames[name]
  const start = async () => {
    const log = createWriteStream(join(logFolder, `${name}-${index}.log`), { flags: 'a' })
    const started = spawn(process.execPath, [`services/${name}/dist/server.js`], {
      env: {
        ...process.env,
        ...environment,
        [httpName]: String(ports.http),
        ...(websocketName && { [websocketName]: String(ports.websocket) })
      },
      stdio: ['ignore', 'pipe', 'pipe']
    })
    started.stdout.pipe(log, { end: false })
    started.stderr.pipe(log, { end: false })
    child = started
    await waitFor(
      async () => {
        if (started.exitCode !== null) {
          throw new Error(`${name}-${index} ended with ${started.exitCode}: see ${logFolder}`)
        }
        return (
          child !== started ||
          (await fetch(`http://127.0.0.1:${ports.http}/ready`, { signal: AbortSignal.timeout(2000) })).ok
        )
      },
      { timeoutMs: 60_000, what: `${name}-${index} to be ready` }
    )
  }
  const signal = async (name: NodeJS.Signals) => {
    const ended = child
    child = null
    if (ended === null || ended.exitCode !== null) return
    ended.kill(name)
    await once(ended, 'exit')
  }
  const kill = async () => { await signal('SIGKILL') }
  const end = async () => { await signal('SIGTERM') }
  const residentBytes = async () => {
    if (child?.pid === undefined) return 0
    const { readFile } = await import('node:fs/promises')
    const status = await readFile(`/proc/${child.pid}/status`, 'utf8').catch(() => '')
    return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1024
  }
  return {
    name,
    index,
    url: `http://127.0.0.1:${ports.http}`,
    get pid () { return child?.pid ?? 0 },
    start,
    kill,
    end,
    residentBytes
  }
}

/** Where clients connect, and where the services find each other. */
interface FleetUrls { clients: Fleet['urls'], services: Record<'ap' | 'sm' | 'dsm', string> }

/** What a fleet runs on. */
export interface FleetOptions {
  databaseUrl: string
  redisUrl: string
  copies: number
  logFolder: string
  environment?: Record<string, string>
  /**
   * Starts a load balancer for the HTTP ports of the instances, which the caller ends; without it each service has a
   * balancer of its own for TCP.
   */
  balance?: (ports: Record<ServiceName, number[]>) => Promise<FleetUrls>
}

const startBalancers = async (ports: ReadonlyMap<string, Ports>): Promise<Record<string, Balancer>> => {
  const balancers: Record<string, Balancer> = {}
  for (const name of serviceNames) {
    const each = [...ports].filter(([key]) => key.startsWith(`${name}-`)).map(([, port]) => port)
    balancers[name] = await startBalancer(each.map(port => port.http))
    if (portNames[name].length === 2) {
      balancers[`${name}-websocket`] = await startBalancer(each.map(port => port.websocket))
    }
  }
  return balancers
}

const balancedUrls = (balancers: Record<string, Balancer>): FleetUrls => {
  const address = (balancer: string, scheme = 'http') => `${scheme}://127.0.0.1:${balancers[balancer]!.port}`
  const services = { ap: address('ap'), sm: address('sm'), dsm: address('dsm') }
  return {
    services,
    clients: {
      ...services,
      producer: `${address('wss1-websocket', 'ws')}/producer`,
      consumer: `${address('wss2-websocket', 'ws')}/consumer`
    }
  }
}

/** Starts `copies` processes of every service on the given PostgreSQL and Redis, behind a load balancer. */
export const startFleet = async (
  { databaseUrl, redisUrl, copies, logFolder, environment = {}, balance }: FleetOptions
): Promise<Fleet> => {
  const ports = new Map<string, Ports>()
  for (const name of serviceNames) {
    for (let i = 0; i < copies; i++) ports.set(`${name}-${i}`, { http: await freePort(), websocket: await freePort() })
  }
  const balancers = balance === undefined ? await startBalancers(ports) : {}
  const { clients, services } = balance === undefined
    ? balancedUrls(balancers)
    : await balance(Object.fromEntries(serviceNames.map(name =>
      [name, [...ports].filter(([key]) => key.startsWith(`${name}-`)).map(([, port]) => port.http)]
    )) as Record<ServiceName, number[]>)
  const shared = {
    NODE_ENV: 'production',
    LOG_LEVEL: 'info',
    SERVICE_SECRET: 'a secret of the chaos test alone',
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
    AP_URL: services.ap,
    SM_URL: services.sm,
    DSM_URL: services.dsm,
    AP_LOGIN_RATE: '100000',
    AP_SERVICE_TOKEN_RATE: '100000',
    SM_CHANGE_RATE: '100000',
    ...environment
  }
  const instances = [...ports].map(([key, port]) => {
    const [name, index] = key.split('-') as [ServiceName, string]
    return createInstance(name, Number(index), port, shared, logFolder)
  })
  for (const name of serviceNames) {
    await Promise.all(instances.filter(instance => instance.name === name).map(instance => instance.start()))
  }
  return {
    instances,
    urls: clients,
    balancers,
    stop: async () => {
      await Promise.all(instances.map(instance => instance.kill()))
      await Promise.all(Object.values(balancers).map(balancer => balancer.close()))
    }
  }
}

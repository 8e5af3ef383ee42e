import { CONTROL_COUNT_KEY } from '@motience/schemas'
import { BrokerUnavailableError, type ConnectionState } from '../broker.js'
import type { BrokerLogger } from '../logger.js'
import { addressName } from './address.js'
import type { Channels } from './channels.js'
import { type Connection, openConnection } from './connection.js'
import type { ControlCount } from './control-count.js'
import { asFailure } from './failure.js'
import { type Master, openMaster } from './master.js'
import { createProbes } from './probes.js'
import type { Masters, Topology } from './topology.js'
import { createInterruptibleWait } from './interruptible-wait.js'

/** How to find and monitor servers. Times in milliseconds. */
export interface PubSubOptions {
  topology: Topology
  channels: Channels
  controlCount: ControlCount
  logger: BrokerLogger
  probeMs: number
  timeoutMs: number
}

/** The connections to all masters and the one for Pub/Sub, which are monitored by probes and reopened after a loss. */
export interface PubSub {
  readonly state: ConnectionState
  onState (handler: (state: ConnectionState) => void): () => void
  /** The master of a key. Throws `BrokerUnavailableError` if it is not connected. */
  masterOf (key: string): Master
  /** The master at an address, if it is connected. */
  masterAt (name: string): Master | undefined
  /** All masters. Throws `BrokerUnavailableError` if one is not connected. */
  everyMaster (): Master[]
  /** Finds the current masters and connects to them. */
  refresh (): Promise<void>
  close (): Promise<void>
}

/** Maximum delay between attempts to connect. */
const MAX_BACKOFF_MS = 1000

/** Opens the connections; rejects with `BrokerUnavailableError` if the first attempt fails. */
export const openPubSub = async ({
  topology, channels, controlCount, logger, probeMs, timeoutMs
}: PubSubOptions): Promise<PubSub> => {
  const handlers = new Set<(state: ConnectionState) => void>()
  const connected = new Map<string, Master>()
  const probes = createProbes(Math.min(2 * probeMs, timeoutMs), controlCount)
  const timer = createInterruptibleWait()
  let masters: Masters = { addresses: [], ownerOf: () => undefined }
  let subscriber: Connection | null = null
  let state: ConnectionState = 'down'
  let closed = false
  /** Number of lost connections, so that a round with a loss doesn't end in `up`. */
  let losses = 0

  const setState = (next: ConnectionState, fields: object = {}): void => {
    if (state === next || closed) return
    state = next
    if (next === 'up') logger.info({ mode: topology.mode, masters: [...connected.keys()] }, 'Connected to Redis')
    else logger.warn({ mode: topology.mode, ...fields }, 'Redis connection lost')
    for (const handler of [...handlers]) {
      try {
        handler(next)
      } catch (err) {
        logger.error({ err }, 'Connection handler failed')
      }
    }
  }

  const onLoss = (address: string, reason: string): void => {
    losses++
    setState('down', { address, reason })
    timer.interrupt()
  }

  const connectMaster = async (address: Masters['addresses'][number]): Promise<void> => {
    const name = addressName(address)
    if (connected.has(name)) return
    const master = await openMaster(address, topology.access, timeoutMs)
    connected.set(name, master)
    master.connection.onClose(reason => {
      if (connected.get(name) === master) connected.delete(name)
      onLoss(name, reason)
    })
    if (closed) master.connection.destroy('closed')
    if (!master.connection.isOpen) throw new BrokerUnavailableError(`Lost Redis at ${name}`)
  }

  /** Connects to the current masters, and disconnects from former ones. */
  const findMasters = async (): Promise<void> => {
    const found = await topology.discover()
    const names = new Set(found.addresses.map(addressName))
    for (const [name, master] of connected) {
      if (!names.has(name)) master.connection.destroy('no longer a master')
    }
    // The Pub/Sub connection has to be on a monitored server: elsewhere it could stay with a former master.
    if (subscriber !== null && !names.has(addressName(subscriber.address))) {
      subscriber.destroy('its server is no longer a master')
    }
    masters = found
    const results = await Promise.allSettled(found.addresses.map(connectMaster))
    const failure = results.find(result => result.status === 'rejected')
    if (failure !== undefined) throw failure.reason
  }

  const connectSubscriber = async (): Promise<void> => {
    if (subscriber !== null) return
    const addresses = masters.addresses
    const address = addresses[Math.floor(Math.random() * addresses.length)]!
    const opened = await openConnection(address, topology.access, timeoutMs)
    subscriber = opened
    opened.onClose(reason => {
      if (subscriber === opened) {
        subscriber = null
        channels.detach()
        probes.detach()
      }
      onLoss(addressName(address), reason)
    })
    try {
      await Promise.all([probes.attach(opened), channels.attach(opened)])
    } catch (error) {
      opened.destroy('not subscribed')
      throw error
    }
    if (closed) opened.destroy('closed')
  }

  const probe = async (): Promise<void> => {
    const through = subscriber
    if (through === null) throw new BrokerUnavailableError('Not subscribed to Redis now')
    const counting = masters.addresses[masters.ownerOf(CONTROL_COUNT_KEY) ?? -1]
    const countingName = counting === undefined ? '' : addressName(counting)
    await Promise.all([...connected].map(([name, master]) => probes.send(master, through, name === countingName)))
    // Treated as a lost connection: the next round succeeds, and subscribers catch up.
    const missing = controlCount.takeMissing()
    if (missing > 0) throw new BrokerUnavailableError(`${missing} control events were lost`)
  }

  let finding: Promise<void> | null = null
  const refresh = (): Promise<void> => {
    finding ??= findMasters().finally(() => { finding = null })
    return finding
  }

  const round = async (): Promise<void> => {
    const before = losses
    if (state === 'up') {
      const results = await Promise.allSettled([probe(), refresh()])
      const failure = results.find(result => result.status === 'rejected')
      // While the topology is unavailable, masters that respond stay in use.
      const allConnected = losses === before && connected.size === masters.addresses.length
      if (failure !== undefined && (results[0].status === 'rejected' || !allConnected)) throw failure.reason
      return
    }
    await refresh()
    await connectSubscriber()
    await probe()
    if (losses !== before) throw new BrokerUnavailableError('Redis connection lost again')
    setState('up')
  }

  const watch = async (): Promise<void> => {
    let failures = 0
    const pauseMs = () => failures === 0 ? probeMs : Math.random() * Math.min(MAX_BACKOFF_MS, 50 * 2 ** failures)
    while (await timer.wait(pauseMs(), failures === 0)) {
      try {
        await round()
        failures = 0
      } catch (error) {
        failures++
        const { message } = asFailure(error)
        if (failures === 1) logger.warn({ mode: topology.mode, reason: message }, 'Reconnecting to Redis')
        setState('down', { reason: message })
      }
    }
  }

  const end = (): void => {
    closed = true
    timer.close()
    topology.close()
    for (const { connection } of connected.values()) connection.destroy('closed')
    subscriber?.destroy('closed')
  }

  try {
    await round()
  } catch (error) {
    end()
    throw asFailure(error)
  }
  const watching = watch()

  const connectedAt = (index: number | undefined): Master => {
    const address = index === undefined ? undefined : masters.addresses[index]
    const master = address === undefined ? undefined : connected.get(addressName(address))
    if (master === undefined) throw new BrokerUnavailableError('Not connected to Redis now')
    return master
  }

  return {
    get state () { return state },
    onState (handler) {
      handlers.add(handler)
      return () => { handlers.delete(handler) }
    },
    masterOf: key => connectedAt(masters.ownerOf(key)),
    masterAt: name => connected.get(name),
    everyMaster: () => masters.addresses.map((_, index) => connectedAt(index)),
    refresh,
    async close () {
      end()
      await watching
    }
  }
}

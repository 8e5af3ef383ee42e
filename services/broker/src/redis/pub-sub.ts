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
import { createWake } from './wake.js'

/** How the link finds, watches and gives up servers. Times in milliseconds. */
export interface LinkOptions {
  topology: Topology
  channels: Channels
  controlCount: ControlCount
  logger: BrokerLogger
  probeMs: number
  timeoutMs: number
}

/** The connections to every master and the one for Pub/Sub, watched by probes and opened anew when they are lost. */
export interface PubSub {
  readonly state: ConnectionState
  onState (handler: (state: ConnectionState) => void): () => void
  /** The master that holds a key. Throws `BrokerUnavailableError` while it isn't connected. */
  masterOf (key: string): Master
  /** The master at an address, if it is connected. */
  masterAt (name: string): Master | undefined
  /** Every master. Throws `BrokerUnavailableError` while one isn't connected. */
  everyMaster (): Master[]
  /** Asks again who the masters are, and connects to them. */
  refresh (): Promise<void>
  close (): Promise<void>
}

/** Longest wait between two attempts to connect. */
const MAX_BACKOFF_MS = 1000

/** Opens a link; rejects with `BrokerUnavailableError` if the first attempt fails. */
export const openPubSub = async ({
  topology, channels, controlCount, logger, probeMs, timeoutMs
}: LinkOptions): Promise<PubSub> => {
  const handlers = new Set<(state: ConnectionState) => void>()
  const connected = new Map<string, Master>()
  const probes = createProbes(Math.min(2 * probeMs, timeoutMs), controlCount)
  const wake = createWake()
  let masters: Masters = { addresses: [], ownerOf: () => undefined }
  let subscriber: Connection | null = null
  let state: ConnectionState = 'down'
  let closed = false
  /** Counts lost connections, so that a round that lost one doesn't end in `up`. */
  let losses = 0

  const setState = (next: ConnectionState, fields: object = {}): void => {
    if (state === next || closed) return
    state = next
    if (next === 'up') logger.info({ mode: topology.mode, masters: [...connected.keys()] }, 'Connected to Redis')
    else logger.warn({ mode: topology.mode, ...fields }, 'Lost Redis')
    for (const handler of [...handlers]) {
      try {
        handler(next)
      } catch (err) {
        logger.error({ err }, 'Handler of the link failed')
      }
    }
  }

  const onLoss = (address: string, reason: string): void => {
    losses++
    setState('down', { address, reason })
    wake.now()
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

  /** Connects to the masters as they are now and leaves those that are none any more. */
  const findMasters = async (): Promise<void> => {
    const found = await topology.discover()
    const names = new Set(found.addresses.map(addressName))
    for (const [name, master] of connected) {
      if (!names.has(name)) master.connection.destroy('not a master any more')
    }
    // One Pub/Sub connection belongs to a server that is watched: elsewhere it could stay with a master that was
    // replaced.
    if (subscriber !== null && !names.has(addressName(subscriber.address))) {
      subscriber.destroy('its server is not a master any more')
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
    const keeper = masters.addresses[masters.ownerOf(CONTROL_COUNT_KEY) ?? -1]
    const keeperName = keeper === undefined ? '' : addressName(keeper)
    await Promise.all([...connected].map(([name, master]) => probes.send(master, through, name === keeperName)))
    // As if the connection had been lost: the next round finds everything in order, and whoever listens begins anew.
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
      // A master that answers is used on while nobody tells where the masters are.
      const allConnected = losses === before && connected.size === masters.addresses.length
      if (failure !== undefined && (results[0].status === 'rejected' || !allConnected)) throw failure.reason
      return
    }
    await refresh()
    await connectSubscriber()
    await probe()
    if (losses !== before) throw new BrokerUnavailableError('Lost Redis again')
    setState('up')
  }

  const watch = async (): Promise<void> => {
    let failures = 0
    const pauseMs = () => failures === 0 ? probeMs : Math.random() * Math.min(MAX_BACKOFF_MS, 50 * 2 ** failures)
    while (await wake.wait(pauseMs(), failures === 0)) {
      try {
        await round()
        failures = 0
      } catch (error) {
        failures++
        const { message } = asFailure(error)
        if (failures === 1) logger.warn({ mode: topology.mode, reason: message }, 'Looking for Redis')
        setState('down', { reason: message })
      }
    }
  }

  const end = (): void => {
    closed = true
    wake.close()
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

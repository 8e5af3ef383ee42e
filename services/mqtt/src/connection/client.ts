import {
  MessageRate, ProblemError, type DeviceReporter, type Identity, type Logger, type TokenVerifier
} from '@motience/kit'
import type { IConnectPacket, IDisconnectPacket, Packet } from 'mqtt-packet'
import type { Duplex } from 'node:stream'
import { Consumer, type ConsumerDependencies } from '../consumers/consumer.js'
import { Subscriber } from '../consumers/subscriber.js'
import { mayRead } from '../consumers/topic-filter.js'
import type { MqttMetrics } from '../metrics.js'
import { Publisher, type PublisherDependencies } from '../producers/publisher.js'
import { readWill, type Will } from '../producers/will.js'
import type { Session, SessionClient } from '../sessions/session.js'
import type { Sessions } from '../sessions/sessions.js'
import { MqttError, reasonName, reasons, type ReasonCode } from '../wire/reasons.js'
import { connackOf, refusalOf } from './connack.js'
import { Connection } from './connection.js'
import type { ConnectionSlots } from './connection-slots.js'
import { readConnect, verifyCredential, type ConnectRequest } from './read-connect.js'

/** Limits of one client's connection. */
export interface ClientLimits {
  connectTimeoutMs: number
  maxPacket: number
  maxPayload: number
  maxInFlight: number
  messageRate: number
  sessionExpirySecs: number
}

/** Collaborators of every `Client`. */
export interface ClientDependencies {
  limits: ClientLimits
  verifier: TokenVerifier
  slots: ConnectionSlots
  sessions: Sessions
  metrics: MqttMetrics
  devices: DeviceReporter | undefined
  logger: Logger
  publishing: PublisherDependencies
  consuming: ConsumerDependencies
  /** Whether new clients are served. */
  ready: () => boolean
  publishWill (identity: Identity, session: Session, will: Will): void
  ended (client: Client): void
}

/** A client is silent for too long after this many keep alive intervals (MQTT 5, section 3.1.2.10). */
const KEEP_ALIVE_FACTOR = 1.5

/** A client that was admitted. */
interface Admitted {
  identity: Identity
  request: ConnectRequest
  session: Session
  publisher: Publisher
  subscriber: Subscriber
  consumer: Consumer | null
  release: () => void
}

/** Reasons of closes after which the will of the client is not published: it may not publish, or will be back. */
const withoutWill = new Set<ReasonCode>([reasons.notAuthorized, reasons.serverShuttingDown])

/** One connection of a client, from its CONNECT packet to the end. */
export class Client implements SessionClient {
  readonly #connection: Connection
  readonly #dependencies: ClientDependencies
  readonly #rate: MessageRate
  readonly #openedAt = performance.now()
  #connecting = false
  #admitted: Admitted | null = null
  #will: Will | null = null

  constructor (stream: Duplex, dependencies: ClientDependencies) {
    this.#dependencies = dependencies
    this.#rate = new MessageRate(dependencies.limits.messageRate, this.#openedAt)
    this.#connection = new Connection(stream, {
      packet: packet => { this.#packet(packet) },
      ended: reason => { this.#ended(reason) },
      faulty: reason => { this.#fail(reason) },
      failed: error => { this.#logFailure(error) }
    })
  }

  get identity (): Identity | null { return this.#admitted?.identity ?? null }

  close (reason: ReasonCode): void {
    this.#connection.close(reason, { disconnect: this.#admitted !== null })
  }

  takeOver (): void { this.#connection.close(reasons.sessionTakenOver) }

  /** Resolves once every message that was read has been answered. */
  async finish (): Promise<void> { await this.#admitted?.publisher.finish() }

  /** Closes the connection if its time is up. */
  sweep (now: number, wallClock: number): void {
    if (this.#admitted === null) {
      if (now - this.#openedAt > this.#dependencies.limits.connectTimeoutMs) this.#refuse(reasons.unspecified, true)
      return
    }
    const { identity, request: { keepAliveSecs } } = this.#admitted
    const silentMs = now - this.#connection.lastReceivedAt
    if (identity.expiresAt <= wallClock) {
      this.#connection.close(reasons.notAuthorized)
    } else if (keepAliveSecs > 0 && !this.#connection.paused && silentMs > keepAliveSecs * 1_000 * KEEP_ALIVE_FACTOR) {
      this.#connection.close(reasons.keepAliveTimeout)
    }
  }

  #packet (packet: Packet): void {
    const admitted = this.#admitted
    if (admitted === null) {
      if (packet.cmd !== 'connect' || this.#connecting) throw new MqttError(reasons.protocolError, 'No CONNECT')
      this.#connecting = true
      this.#connection.pauseReading()
      this.#connect(packet).catch((error: unknown) => {
        if (!(error instanceof MqttError)) this.#logFailure(error)
        this.#refuse(error instanceof MqttError ? error.reason : reasons.unspecified)
      })
      return
    }
    if (!this.#rate.take(1, performance.now())) {
      this.#connection.close(reasons.messageRateTooHigh)
      return
    }
    switch (packet.cmd) {
      case 'publish':
        this.#dependencies.devices?.seen(admitted.identity)
        return admitted.publisher.publish(packet)
      case 'pubrel': return admitted.publisher.release(packet.messageId!)
      case 'puback': return admitted.consumer?.acked(packet.messageId!)
      case 'subscribe':
        admitted.subscriber.subscribe(packet).catch((error: unknown) => {
          if (!(error instanceof MqttError)) this.#logFailure(error)
          this.#connection.close(error instanceof MqttError ? error.reason : reasons.unspecified)
        })
        return
      case 'unsubscribe': return admitted.subscriber.unsubscribe(packet)
      case 'pingreq': return this.#connection.send({ cmd: 'pingresp' })
      case 'disconnect': return this.#disconnect(packet, admitted)
      // nothing is sent at QoS 2, and the others are of the server
      default: throw new MqttError(reasons.protocolError, `Unexpected ${packet.cmd}`)
    }
  }

  async #connect (packet: IConnectPacket): Promise<void> {
    const { limits, verifier, slots, sessions, metrics } = this.#dependencies
    this.#connection.version = packet.protocolVersion as 4 | 5
    const request = readConnect(packet, limits.sessionExpirySecs)
    if (!this.#dependencies.ready()) throw new MqttError(reasons.serverUnavailable, 'The server is stopping')
    const identity = await verifyCredential(verifier, request.credential)
    if (!this.#connection.open) return
    if (!this.#dependencies.ready()) throw new MqttError(reasons.serverUnavailable, 'The server is stopping')
    if (identity.role !== 'producer' && identity.role !== 'consumer') {
      throw new MqttError(reasons.notAuthorized, 'Neither a producer nor a consumer')
    }
    this.#readWill(packet, identity)
    const release = slots.take(identity)
    if (release === null) throw new MqttError(reasons.quotaExceeded, 'Too many connections')
    const key = JSON.stringify([identity.userId, identity.deviceOnly ? identity.deviceId : null, request.clientId])
    const { session, present } = sessions.open(key, this, request)
    const consumer = mayRead(identity)
      ? new Consumer(this.#connection, session.consumer, this.#dependencies.consuming, request)
      : null
    this.#admitted = {
      identity,
      request,
      session,
      publisher: new Publisher(this.#connection, identity, session.publications, this.#dependencies.publishing),
      subscriber: new Subscriber(this.#connection, identity, session.consumer, consumer),
      consumer,
      release
    }
    this.#connection.admit(request.version, limits.maxPacket)
    metrics.opened()
    this.#dependencies.devices?.opened(identity)
    this.#connection.send(connackOf(request, limits, present))
    consumer?.follow()
    this.#connection.resumeReading()
  }

  /** MQTT 5 refuses a client with a will that could not be published; MQTT 3.1.1 can't say why, and goes without. */
  #readWill ({ will, protocolVersion }: IConnectPacket, identity: Identity): void {
    if (will === undefined) return
    const read = readWill(will, identity, this.#dependencies.limits.maxPayload)
    if (typeof read !== 'number') {
      this.#will = read
    } else if (protocolVersion === 5) {
      throw new MqttError(read, 'The will was refused')
    } else {
      this.#dependencies.metrics.refused(read)
      this.#dependencies.logger.info({ user_id: identity.userId, reason: reasonName(read) }, 'Ignored a will')
    }
  }

  #disconnect ({ reasonCode, properties }: IDisconnectPacket, { session }: Admitted): void {
    const expiry = properties?.sessionExpiryInterval
    if (expiry !== undefined) {
      if (session.expirySecs === 0 && expiry > 0) throw new MqttError(reasons.protocolError, 'The session was not kept')
      session.expirySecs = Math.min(expiry, this.#dependencies.limits.sessionExpirySecs)
    }
    if (reasonCode !== reasons.disconnectWithWill) this.#will = null
    this.#connection.end()
  }

  /** Closes the connection for what the client sent; before CONNACK only an unknown version is answered. */
  #fail (reason: ReasonCode): void {
    if (this.#admitted !== null) this.#connection.close(reason)
    else this.#refuse(reason, reason !== reasons.unsupportedVersion)
  }

  /** Refuses the client, with a CONNACK packet unless it never sent its CONNECT. */
  #refuse (reason: ReasonCode, silently = false): void {
    if (!this.#connection.open) return
    this.#dependencies.metrics.rejected(reason)
    if (!silently) this.#connection.send(refusalOf(reason, this.#connection.version))
    this.#connection.close(reason, { disconnect: false })
  }

  #ended (reason: ReasonCode | null): void {
    const { sessions, metrics, devices, publishWill, logger } = this.#dependencies
    const admitted = this.#admitted
    if (admitted === null) {
      this.#dependencies.ended(this)
      return
    }
    const { identity, session, release, publisher, consumer } = admitted
    metrics.closed(reason)
    devices?.closed(identity)
    if (reason !== null && reason !== reasons.serverShuttingDown) {
      logger.info({ user_id: identity.userId, reason: reasonName(reason) }, 'Closed a connection')
    }
    publisher.ended()
    consumer?.ended()
    const will = reason !== null && withoutWill.has(reason) ? null : this.#will
    const delaySecs = Math.min(will?.delaySecs ?? 0, session.expirySecs)
    if (will !== null && delaySecs === 0) publishWill(identity, session, will)
    else if (will !== null) session.publishWillLater(() => { publishWill(identity, session, will) }, delaySecs)
    sessions.close(session)
    release()
    this.#dependencies.ended(this)
  }

  #logFailure (error: unknown): void {
    if (error instanceof ProblemError) return
    this.#dependencies.logger.error({ err: error }, 'Failed to serve a connection')
  }
}

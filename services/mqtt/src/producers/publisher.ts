import { InFlightWindow, isRefusal, type DsmAnswer, type InFlightBudget, type PendingMessage } from '@motience/dispatch'
import type { Identity } from '@motience/kit'
import type { IPublishPacket } from 'mqtt-packet'
import type { Connection } from '../connection/connection.js'
import type { MqttMetrics } from '../metrics.js'
import { acknowledgement } from '../wire/acknowledgements.js'
import { MqttError, reasonName, reasons, type ReasonCode } from '../wire/reasons.js'
import { Publication, type Publications, type PublicationWaiter } from './publications.js'
import { readMessage } from './read-message.js'
import { TopicAliases } from './topic-aliases.js'

/** Limits on what a client publishes. */
export interface PublisherLimits { maxPayload: number, maxInFlight: number }

/** Collaborators of every `Publisher`. */
export interface PublisherDependencies {
  limits: PublisherLimits
  budget: InFlightBudget
  metrics: MqttMetrics
  /** Appends a message to its producer's lane; returns its size in bytes. */
  enqueue (producerId: number, text: string, message: Omit<PendingMessage, 'bytes'>): number
  /** Called when a connection that may have published has closed. */
  connectionClosed (producerId: number): void
  /** Called for the first message of a connection that is refused for a reason. */
  logRefusal (identity: Identity, reason: string): void
}

/** Publishes the messages of one connection: to DSM, and back to the client what DSM answered, in order. */
export class Publisher implements PublicationWaiter {
  readonly #connection: Connection
  readonly #identity: Identity
  readonly #publications: Publications
  readonly #dependencies: PublisherDependencies
  readonly #aliases = new TopicAliases()
  readonly #window: InFlightWindow
  readonly #logged = new Set<ReasonCode>()
  /** Packet ids whose exchange is not complete, as the receive maximum of MQTT 5 counts them. */
  readonly #owed = new Set<number>()

  constructor (
    connection: Connection, identity: Identity, publications: Publications, dependencies: PublisherDependencies
  ) {
    this.#connection = connection
    this.#identity = identity
    this.#publications = publications
    this.#dependencies = dependencies
    const { budget, metrics, limits } = dependencies
    this.#window = new InFlightWindow({ socket: connection, budget, metrics, maxInFlight: limits.maxInFlight })
  }

  get open (): boolean { return this.#connection.open }

  /** Handles a PUBLISH packet. Throws an `MqttError` if it ends the connection. */
  publish (packet: IPublishPacket): void {
    const { qos, messageId: packetId = 0, dup } = packet
    if (packet.retain && this.#connection.version === 5) {
      throw new MqttError(reasons.retainNotSupported, 'Retained messages are not kept')
    }
    const topic = this.#aliases.resolve(packet.topic, packet.properties?.topicAlias)
    if (/[+#]/.test(topic)) throw new MqttError(reasons.topicNameInvalid, 'A topic has a wildcard')
    if (qos > 0) {
      this.#owe(packetId)
      const known = this.#publications.get(packetId)
      const inUse = known?.waiter === this
      if (inUse && known.qos !== qos) throw new MqttError(reasons.protocolError, 'The packet id is in use')
      if (known?.qos === qos && (qos === 2 || dup || inUse)) {
        this.#repeated(known)
        return
      }
    }
    const { metrics, limits } = this.#dependencies
    const message = readMessage({ topic, payload: packet.payload as Buffer }, this.#identity, limits.maxPayload)
    if (typeof message === 'number') {
      this.#refuse(qos, packetId, message)
    } else {
      const publication = new Publication(this.#publications, qos, packetId, this)
      if (qos > 0) this.#publications.add(publication)
      this.#window.enqueued()
      const bytes = this.#dependencies.enqueue(this.#identity.userId, message(this.#publications.nextName()), {
        receiver: publication, index: 0, id: undefined, seq: undefined
      })
      metrics.received(bytes)
      this.#dependencies.budget.take(bytes)
    }
    this.#window.pauseIfFull()
  }

  /** Handles a PUBREL packet: the client knows that its message is stored. */
  release (packetId: number): void {
    const known = this.#publications.get(packetId)
    if (known?.qos === 2) {
      if (known.reason === null) throw new MqttError(reasons.protocolError, 'PUBREL before PUBREC')
      this.#publications.delete(known)
    }
    this.#owed.delete(packetId)
    this.#send('pubcomp', packetId, known?.qos === 2 ? reasons.success : reasons.packetIdNotFound)
  }

  answered (publication: Publication, answer: DsmAnswer): void {
    const { metrics } = this.#dependencies
    if (isRefusal(answer)) this.#countRefusal(publication.reason ?? reasons.serverBusy)
    else metrics.acked(answer.duplicate)
    // without an ack the client sends the message again, when it has connected again
    if (publication.reason === null) this.#connection.close(reasons.serverBusy)
    else this.#acknowledge(publication)
    this.#window.answered()
  }

  /** Stops reading; resolves once every message that was read has been answered. */
  async finish (): Promise<void> { await this.#window.finish() }

  /** The connection has closed. */
  ended (): void {
    this.#publications.detach()
    this.#window.ended()
    this.#dependencies.connectionClosed(this.#identity.userId)
  }

  #owe (packetId: number): void {
    this.#owed.add(packetId)
    if (this.#connection.version === 5 && this.#owed.size > this.#dependencies.limits.maxInFlight) {
      throw new MqttError(reasons.receiveMaximumExceeded, 'Too many messages in flight')
    }
  }

  /** A message came again: it is answered as the first time, and not published again. */
  #repeated (publication: Publication): void {
    this.#dependencies.metrics.repeats++
    if (publication.reason !== null) {
      this.#window.inTurn(() => { this.#acknowledge(publication) })
    } else if (publication.waiter !== this) {
      publication.waiter = this
      this.#window.enqueued()
    }
    this.#window.pauseIfFull()
  }

  /** Refuses a message. MQTT 3.1.1 has no way to say so but to close the connection: there it is acked and dropped. */
  #refuse (qos: number, packetId: number, reason: ReasonCode): void {
    this.#countRefusal(reason)
    if (qos === 0) return
    const publication = new Publication(this.#publications, qos, packetId, this)
    publication.reason = reason
    if (qos === 2 && this.#connection.version === 4) this.#publications.add(publication)
    this.#window.inTurn(() => { this.#acknowledge(publication) })
  }

  #countRefusal (reason: ReasonCode): void {
    this.#dependencies.metrics.refused(reason)
    if (this.#logged.has(reason)) return
    this.#logged.add(reason)
    this.#dependencies.logRefusal(this.#identity, reasonName(reason))
  }

  #acknowledge (publication: Publication): void {
    const { qos, packetId } = publication
    const reason = publication.reason!
    if (qos === 0 || !this.open) return
    const complete = qos === 1 || (reason >= 0x80 && this.#connection.version === 5)
    if (complete) {
      this.#publications.delete(publication)
      this.#owed.delete(packetId)
    }
    this.#send(qos === 1 ? 'puback' : 'pubrec', packetId, reason)
  }

  #send (type: 'puback' | 'pubrec' | 'pubcomp', packetId: number, reason: ReasonCode): void {
    this.#connection.sendBytes(acknowledgement(type, packetId, reason, this.#connection.version))
  }
}

import { AnswerOrder, isRefusal, type DsmAnswer, type InFlightBudget, type PendingMessage } from '@motience/dispatch'
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

/** Fraction of `maxInFlight` down to which the messages in flight have to fall before the socket is read again. */
const RESUME_AT = 0.75

/** Publishes the messages of one connection: to DSM, and back to the client what DSM answered, in order. */
export class Publisher implements PublicationWaiter {
  readonly #connection: Connection
  readonly #identity: Identity
  readonly #publications: Publications
  readonly #dependencies: PublisherDependencies
  readonly #aliases = new TopicAliases()
  readonly #order = new AnswerOrder()
  readonly #logged = new Set<ReasonCode>()
  /** Packet ids whose exchange is not complete, as the receive maximum of MQTT 5 counts them. */
  readonly #owed = new Set<number>()
  #inFlight = 0
  #paused = false
  #draining = false
  #onIdle: (() => void) | null = null

  constructor (
    connection: Connection, identity: Identity, publications: Publications, dependencies: PublisherDependencies
  ) {
    this.#connection = connection
    this.#identity = identity
    this.#publications = publications
    this.#dependencies = dependencies
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
      this.#awaitAnswer()
      const bytes = this.#dependencies.enqueue(this.#identity.userId, message(this.#publications.nextName()), {
        receiver: publication, index: 0, id: undefined, seq: undefined
      })
      metrics.received(bytes)
      this.#dependencies.budget.take(bytes)
    }
    this.#pauseIfFull()
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
    this.#inFlight--
    const { metrics } = this.#dependencies
    if (isRefusal(answer)) this.#countRefusal(publication.reason ?? reasons.serverBusy)
    else metrics.acked(answer.duplicate)
    // without an ack the client sends the message again, when it has connected again
    if (publication.reason === null) this.#connection.close(reasons.serverBusy)
    else this.#acknowledge(publication)
    this.#order.answered()
    if (this.#inFlight === 0) this.#onIdle?.()
    this.#resume()
  }

  /** Stops reading; resolves once every message that was read has been answered. */
  async finish (): Promise<void> {
    this.#draining = true
    this.#pause()
    if (this.#inFlight > 0 && this.open) await new Promise<void>(resolve => { this.#onIdle = resolve })
  }

  /** The connection has closed. */
  ended (): void {
    const { budget, metrics, connectionClosed } = this.#dependencies
    budget.cancelWait(this.#resume)
    if (this.#paused) metrics.paused--
    this.#paused = false
    this.#publications.detach()
    this.#onIdle?.()
    connectionClosed(this.#identity.userId)
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
      this.#inTurn(() => { this.#acknowledge(publication) })
    } else if (publication.waiter !== this) {
      publication.waiter = this
      this.#awaitAnswer()
    }
    this.#pauseIfFull()
  }

  #awaitAnswer (): void {
    this.#inFlight++
    this.#order.enqueued()
  }

  /** Refuses a message. MQTT 3.1.1 has no way to say so but to close the connection: there it is acked and dropped. */
  #refuse (qos: number, packetId: number, reason: ReasonCode): void {
    this.#countRefusal(reason)
    if (qos === 0) return
    const publication = new Publication(this.#publications, qos, packetId, this)
    publication.reason = reason
    if (qos === 2 && this.#connection.version === 4) this.#publications.add(publication)
    this.#inTurn(() => { this.#acknowledge(publication) })
  }

  #countRefusal (reason: ReasonCode): void {
    this.#dependencies.metrics.refused(reason)
    if (this.#logged.has(reason)) return
    this.#logged.add(reason)
    this.#dependencies.logRefusal(this.#identity, reasonName(reason))
  }

  /** Answers in the order of the messages. What waits for its turn counts as in flight, which bounds it. */
  #inTurn (send: () => void): void {
    if (this.#order.idle) {
      send()
      return
    }
    this.#inFlight++
    this.#order.append(() => {
      send()
      this.#inFlight--
    })
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

  #pauseIfFull (): void {
    if (this.#paused) return
    const { budget, limits } = this.#dependencies
    if (budget.full) {
      budget.wait(this.#resume)
      this.#pause()
    } else if (this.#inFlight >= limits.maxInFlight) {
      this.#pause()
    }
  }

  #pause (): void {
    if (this.#paused || !this.open) return
    this.#paused = true
    this.#dependencies.metrics.paused++
    this.#connection.pause()
  }

  readonly #resume = (): void => {
    const { budget, metrics, limits } = this.#dependencies
    if (!this.#paused || this.#draining || this.#inFlight > Math.floor(limits.maxInFlight * RESUME_AT)) return
    if (budget.full) {
      budget.wait(this.#resume)
      return
    }
    this.#paused = false
    metrics.paused--
    this.#connection.resume()
  }
}

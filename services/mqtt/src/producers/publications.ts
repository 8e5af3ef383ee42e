import { isRefusal, isTransient, type AnswerReceiver, type DsmAnswer, type PendingMessage } from '@motience/dispatch'
import { randomBytes } from 'node:crypto'
import { MqttError, reasons, type ReasonCode } from '../wire/reasons.js'
import type { MessageName } from './read-message.js'

/** The connection that waits for the answer to a publication. */
export interface PublicationWaiter {
  readonly open: boolean
  answered (publication: Publication, answer: DsmAnswer): void
}

/** The reason that the client gets for an answer of DSM; null if the same message may be accepted later. */
const reasonOf = (answer: DsmAnswer): ReasonCode | null => {
  if (!isRefusal(answer)) return reasons.success
  const { status, code } = answer.error
  if (isTransient({ status }) || status >= 500) return null
  if (code === 'MOT_DSM_PAYLOAD_TOO_LARGE') return reasons.quotaExceeded
  return code === 'MOT_FORBIDDEN' ? reasons.notAuthorized : reasons.payloadFormatInvalid
}

/** A message that a client published, until its exchange of packets is complete. */
export class Publication implements AnswerReceiver {
  readonly qos: number
  readonly packetId: number
  /** What is answered; null while DSM has not answered, or if it can't accept the message now. */
  reason: ReasonCode | null = null
  /** The connection on which the message was last sent; null if it has closed. */
  waiter: PublicationWaiter | null
  readonly #publications: Publications

  constructor (publications: Publications, qos: number, packetId: number, waiter: PublicationWaiter) {
    this.#publications = publications
    this.qos = qos
    this.packetId = packetId
    this.waiter = waiter
  }

  /** At QoS 1 and 2 the answer is awaited as long as the session is kept: the client will send the message again. */
  get alive (): boolean { return this.waiter?.open === true || (this.qos > 0 && this.#publications.kept) }

  settle (_pending: PendingMessage, answer: DsmAnswer): void {
    this.reason = reasonOf(answer)
    if (this.reason === null) this.#publications.delete(this)
    this.waiter?.answered(this, answer)
  }
}

/**
 * The messages of one session whose exchange is not complete, by packet id. A message that is sent again is recognised
 * by its packet id until its PUBACK has been sent, or at QoS 2 until its PUBREL has arrived; after a PUBACK the same
 * packet id is a new message, as the standard says.
 */
export class Publications {
  /** Whether the session outlives its connection. */
  kept = false
  readonly #maxOpen: number
  readonly #session = `mqtt-${randomBytes(12).toString('base64url')}`
  readonly #open = new Map<number, Publication>()
  #seq = 0

  constructor (maxOpen: number) { this.#maxOpen = maxOpen }

  /** Names a message for DSM, which recognises it if the call has to be repeated. */
  nextName (): MessageName { return { session: this.#session, seq: ++this.#seq } }

  get (packetId: number): Publication | undefined { return this.#open.get(packetId) }

  /** Throws an `MqttError` if too many exchanges are incomplete. */
  add (publication: Publication): void {
    if (this.#open.size >= this.#maxOpen) this.#makeRoom()
    this.#open.set(publication.packetId, publication)
  }

  delete (publication: Publication): void {
    if (this.#open.get(publication.packetId) === publication) this.#open.delete(publication.packetId)
  }

  /** The connection has closed: answers wait for the client to send its messages again. */
  detach (): void { for (const publication of this.#open.values()) publication.waiter = null }

  /** Drops the oldest message that was answered while the client was away and that it did not send again. */
  #makeRoom (): void {
    for (const publication of this.#open.values()) {
      if (publication.qos === 1 && publication.reason !== null && publication.waiter === null) {
        this.#open.delete(publication.packetId)
        return
      }
    }
    throw new MqttError(reasons.receiveMaximumExceeded, 'Too many messages in flight')
  }
}

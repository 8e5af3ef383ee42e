import type { ConsumerState } from '../consumers/consumer-state.js'
import type { Publications } from '../producers/publications.js'

/** The connection that a session is used on. */
export interface SessionClient {
  /** Closes the connection, because another one of the same client takes the session over. */
  takeOver (): void
}

/** What is known of a client beyond its connection, if it asks for it. */
export class Session {
  readonly key: string
  readonly publications: Publications
  readonly consumer: ConsumerState
  client: SessionClient | null = null
  /** Time that the session is kept after its connection has closed, in seconds. */
  expirySecs = 0
  #expiry: NodeJS.Timeout | undefined
  #will: { timer: NodeJS.Timeout, publish: () => void } | null = null

  constructor (key: string, publications: Publications, consumer: ConsumerState) {
    this.key = key
    this.publications = publications
    this.consumer = consumer
  }

  /** A client uses the session: it does not expire, and a will that waits is not published. */
  attach (client: SessionClient, expirySecs: number): void {
    this.client = client
    this.expirySecs = expirySecs
    this.publications.kept = expirySecs > 0
    clearTimeout(this.#expiry)
    clearTimeout(this.#will?.timer)
    this.#will = null
  }

  /** The client is gone; `expire` is called when the session has expired. */
  detach (expire: () => void): void {
    this.client = null
    this.#expiry = setTimeout(expire, this.expirySecs * 1_000)
    this.#expiry.unref()
  }

  /** Publishes a will after `secs`, or when the session ends, unless the client is back before. */
  publishWillLater (publish: () => void, secs: number): void {
    const timer = setTimeout(() => {
      this.#will = null
      publish()
    }, secs * 1_000)
    timer.unref()
    this.#will = { timer, publish }
  }

  /** Ends the session. `publishWill` is false when the server stops. */
  end ({ publishWill = true } = {}): void {
    this.publications.kept = false
    clearTimeout(this.#expiry)
    if (this.#will === null) return
    clearTimeout(this.#will.timer)
    if (publishWill) this.#will.publish()
    this.#will = null
  }
}

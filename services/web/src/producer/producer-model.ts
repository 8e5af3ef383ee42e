import type { Policy, Subscriber } from '@motience/schemas'
import { signal } from '@preact/signals'
import { toast } from '../components/toasts.js'
import { unwrap } from '../session/api-error.js'
import type { Platform } from '../session/platform.js'
import { ProducerConnection } from './producer-connection.js'
import type { Receipt } from './send-queue.js'
import { SendStats } from './send-stats.js'
import { Repeater } from './repeater.js'

/** Maximum number of receipts kept for display. */
const MAX_RECEIPTS = 200
/** Receipts are rendered at most this often. */
const RENDER_EVERY_MS = 120
const SUBSCRIBERS_POLL_MS = 4000
/** Maximum number of subscribers listed. */
const MAX_SUBSCRIBERS = 1000

/** State of the producer page for a signed-in producer. */
export class ProducerModel {
  readonly connection: ProducerConnection
  readonly receipts = signal<readonly Receipt[]>([])
  readonly stats = new SendStats()
  /** Number of unacknowledged messages, sent or queued. */
  readonly unacknowledged = signal(0)
  /** Repeated messages and the sample generator, which go on while another view is open. */
  readonly repeaters = { message: new Repeater(), generator: new Repeater() }
  readonly subscribers = signal<readonly Subscriber[] | null>(null)
  readonly policy = signal<Policy['approval'] | null>(null)
  readonly failure = signal<unknown>(null)
  readonly #session = `page-${crypto.getRandomValues(new Uint32Array(2)).join('-')}`
  #seq = 0
  #newReceipts: Receipt[] = []
  #pollTimer: ReturnType<typeof setInterval>
  #renderTimer: ReturnType<typeof setInterval>

  constructor (readonly platform: Platform, readonly producerId: number) {
    this.connection = new ProducerConnection(platform.config.websocket_url, platform.session, receipt => {
      this.#newReceipts.push(receipt)
      this.stats.add(receipt)
    }, frame => { toast(`${frame.message} (${frame.code})`, 'bad') })
    this.connection.connect()
    this.#renderTimer = setInterval(() => { this.#flush() }, RENDER_EVERY_MS)
    this.#pollTimer = setInterval(() => {
      if (document.visibilityState === 'visible') this.refresh().catch(() => null)
    }, SUBSCRIBERS_POLL_MS)
    this.refresh().catch(() => null)
  }

  /** Sends a payload; false if the send queue is full. */
  send (payload: string, deviceId: string | null): boolean {
    const seq = ++this.#seq
    return this.connection.send({
      payload,
      id: `${this.#session.slice(5, 9)}${seq}`,
      session: this.#session,
      seq,
      timestamp: new Date().toISOString(),
      ...deviceId === null ? {} : { device_id: deviceId }
    })
  }

  /** Reloads the subscribers and the approval policy. */
  async refresh (): Promise<void> {
    const path = { producerId: this.producerId }
    try {
      const [list, policy] = await Promise.all([
        unwrap(
          this.platform.sm.GET('/api/subscribers/{producerId}', { params: { path, query: { limit: MAX_SUBSCRIBERS } } })
        ),
        unwrap(this.platform.sm.GET('/api/producers/{producerId}/policy', { params: { path } }))
      ])
      this.subscribers.value = list.subscribers
      this.policy.value = policy.approval
      this.failure.value = null
    } catch (error) {
      this.failure.value = error
    }
  }

  /** Approves, rejects or revokes a subscription; applies to every message accepted after it resolves. */
  async setStatus (subscriptionId: number, status: 'active' | 'inactive'): Promise<void> {
    await unwrap(
      this.platform.sm.PATCH('/api/subscriptions/{id}', { params: { path: { id: subscriptionId } }, body: { status } })
    )
    await this.refresh()
  }

  async setPolicy (approval: Policy['approval']): Promise<void> {
    await unwrap(
      this.platform.sm.PUT('/api/producers/{producerId}/policy', {
        params: { path: { producerId: this.producerId } },
        body: { approval }
      })
    )
    this.policy.value = approval
  }

  close (): void {
    this.repeaters.message.stop()
    this.repeaters.generator.stop()
    clearInterval(this.#renderTimer)
    clearInterval(this.#pollTimer)
    this.connection.disconnect()
  }

  #flush (): void {
    this.stats.publish()
    this.unacknowledged.value = this.connection.sendQueue.size
    if (this.#newReceipts.length === 0) return
    this.receipts.value = [...this.#newReceipts.reverse(), ...this.receipts.peek()].slice(0, MAX_RECEIPTS)
    this.#newReceipts = []
  }
}

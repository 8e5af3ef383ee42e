import type { Policy, Subscriber } from '@motience/schemas'
import { signal } from '@preact/signals'
import { toast } from '../parts/toasts.js'
import { answered } from '../session/answer.js'
import type { Platform } from '../session/platform.js'
import { ProducerConnection } from './connection.js'
import type { Receipt } from './send-queue.js'
import { Rates } from './rates.js'
import { Repeat } from './repeat.js'

/** Receipts that are shown; older ones are forgotten. */
const MAX_RECEIPTS = 200
/** Milliseconds between two drawings of the receipts: as fast as can be read. */
const SHOW_EVERY_MS = 120
const SUBSCRIBERS_EVERY_MS = 4000
/** Subscribers that are listed; more than anyone reads. */
const MAX_SUBSCRIBERS = 1000

/** What the producer's page knows, for one signed-in producer. */
export class ProducerModel {
  readonly connection: ProducerConnection
  readonly receipts = signal<readonly Receipt[]>([])
  readonly rates = new Rates()
  /** Messages that wait for their acknowledgement, sent or not. */
  readonly waiting = signal(0)
  /** What goes on while other views are looked at: a message again and again, and made-up ones. */
  readonly repeats = { message: new Repeat(), generator: new Repeat() }
  readonly subscribers = signal<readonly Subscriber[] | null>(null)
  readonly policy = signal<Policy['approval'] | null>(null)
  readonly failure = signal<unknown>(null)
  readonly #session = `page-${crypto.getRandomValues(new Uint32Array(2)).join('-')}`
  #seq = 0
  #fresh: Receipt[] = []
  #poll: ReturnType<typeof setInterval>
  #show: ReturnType<typeof setInterval>

  constructor (readonly platform: Platform, readonly producerId: number) {
    this.connection = new ProducerConnection(platform.config.websocket_url, platform.session, receipt => {
      this.#fresh.push(receipt)
      this.rates.add(receipt)
    }, frame => { toast(`${frame.message} (${frame.code})`, 'bad') })
    this.connection.connect()
    this.#show = setInterval(() => { this.#flush() }, SHOW_EVERY_MS)
    this.#poll = setInterval(() => {
      if (document.visibilityState === 'visible') this.refresh().catch(() => null)
    }, SUBSCRIBERS_EVERY_MS)
    this.refresh().catch(() => null)
  }

  /** Sends a payload's text; false where too many wait. */
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

  /** Reads the subscribers and the policy anew. */
  async refresh (): Promise<void> {
    const path = { producerId: this.producerId }
    try {
      const [list, policy] = await Promise.all([
        answered(
          this.platform.sm.GET('/api/subscribers/{producerId}', { params: { path, query: { limit: MAX_SUBSCRIBERS } } })
        ),
        answered(this.platform.sm.GET('/api/producers/{producerId}/policy', { params: { path } }))
      ])
      this.subscribers.value = list.subscribers
      this.policy.value = policy.approval
      this.failure.value = null
    } catch (error) {
      this.failure.value = error
    }
  }

  /** Approves, refuses or revokes; when it resolves, what the platform accepts from now on follows it. */
  async setStatus (subscriptionId: number, status: 'active' | 'inactive'): Promise<void> {
    await answered(
      this.platform.sm.PATCH('/api/subscriptions/{id}', { params: { path: { id: subscriptionId } }, body: { status } })
    )
    await this.refresh()
  }

  async setPolicy (approval: Policy['approval']): Promise<void> {
    await answered(
      this.platform.sm.PUT('/api/producers/{producerId}/policy', {
        params: { path: { producerId: this.producerId } },
        body: { approval }
      })
    )
    this.policy.value = approval
  }

  close (): void {
    this.repeats.message.stop()
    this.repeats.generator.stop()
    clearInterval(this.#show)
    clearInterval(this.#poll)
    this.connection.disconnect()
  }

  #flush (): void {
    this.rates.tick()
    this.waiting.value = this.connection.outbox.size
    if (this.#fresh.length === 0) return
    this.receipts.value = [...this.#fresh.reverse(), ...this.receipts.peek()].slice(0, MAX_RECEIPTS)
    this.#fresh = []
  }
}

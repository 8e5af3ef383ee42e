import {
  comparePositions, createConsumer, storagePositions, type Consumer, type HistoryReport, type StateChange
} from '@motience/client/consumer'
import type { CatalogueEntry, Envelope, Subscription } from '@motience/schemas'
import { signal } from '@preact/signals'
import { toast } from '../components/toasts.js'
import { unwrap } from '../session/api-error.js'
import type { Platform } from '../session/platform.js'
import { AlertStore } from './alert-store.js'
import { backfill, startingWith } from './backfill.js'
import { StreamEvents } from './stream-events.js'
import { MessageLog } from './message-log.js'
import { Streams } from './streams.js'

type Named = Pick<CatalogueEntry, 'id' | 'username' | 'device_id'>

/** Interval of polling while a subscription is pending. */
const PENDING_POLL_MS = 4000
const MAX_SUBSCRIPTIONS = 1000

/** State of the consumer page for a signed-in consumer. */
export class ConsumerModel {
  readonly streams = new Streams()
  readonly messages = new MessageLog()
  readonly events = new StreamEvents()
  readonly alerts = new AlertStore(id => this.nameOf(id))
  readonly state = signal<StateChange & { at: number }>({
    state: 'connecting',
    code: null,
    reason: '',
    retryInMs: null,
    at: Date.now()
  })

  /** Subscriptions by producer id; null until they are loaded. */
  readonly subscriptions = signal<ReadonlyMap<number, Subscription> | null>(null)
  /** Why access to a producer's data ended, by producer id. */
  readonly ended = signal<ReadonlyMap<number, string>>(new Map())
  readonly names = signal<ReadonlyMap<number, Named>>(new Map())
  readonly failure = signal<unknown>(null)
  /** Whether the charts are filled with recent history. */
  readonly ready = signal(false)
  #consumer: Consumer | null = null
  #pollTimer: ReturnType<typeof setInterval>
  #closed = false

  constructor (readonly platform: Platform, readonly consumerId: number) {
    this.#start().catch((error: unknown) => { this.failure.value = error })
    this.#pollTimer = setInterval(() => {
      const waits = [...(this.subscriptions.peek()?.values() ?? [])].some(
        subscription => subscription.status === 'pending'
      )
      if (waits && document.visibilityState === 'visible') this.refresh().catch(() => null)
    }, PENDING_POLL_MS)
  }

  nameOf (producerId: number): string { return this.names.value.get(producerId)?.username ?? `producer ${producerId}` }

  addNames (entries: readonly Named[]): void {
    this.names.value = new Map([...this.names.peek(), ...entries.map(entry => [entry.id, entry] as const)])
  }

  /** Reloads the subscriptions, and the names of unknown producers. */
  async refresh (): Promise<void> {
    const list = await unwrap(
      this.platform.sm.GET('/api/subscriptions/{id}', {
        params: { path: { id: this.consumerId }, query: { limit: MAX_SUBSCRIPTIONS } }
      })
    )
    this.subscriptions.value = new Map(list.subscriptions.map(subscription => [subscription.producer_id, subscription]))
    this.failure.value = null
    const unknown = list.subscriptions.filter(({ producer_id: id }) => !this.names.peek().has(id))
    await Promise.all(
      unknown.map(async ({ producer_id: id }) => {
        const user = await unwrap(this.platform.ap.GET('/api/users/{id}', { params: { path: { id } } })).catch(
          () => null
        )
        if (user !== null) this.addNames([user])
      })
    )
  }

  async subscribe (producerId: number): Promise<void> {
    const subscription = await unwrap(this.platform.sm.POST('/api/subscribe', { body: { producer_id: producerId } }))
    this.#setEnded(producerId, null)
    await this.refresh()
    toast(
      subscription.status === 'pending'
        ? `${this.nameOf(producerId)} has to approve your subscription`
        : `Subscribed to ${this.nameOf(producerId)}`,
      'ok'
    )
  }

  async unsubscribe (producerId: number): Promise<void> {
    await unwrap(this.platform.sm.DELETE('/api/unsubscribe', { params: { query: { producer_id: producerId } } }))
    await this.refresh()
    this.streams.remove(producerId)
    this.#setEnded(producerId, null)
    toast(`Unsubscribed from ${this.nameOf(producerId)}`, 'ok')
  }

  close (): void {
    this.#closed = true
    clearInterval(this.#pollTimer)
    this.alerts.close()
    this.#consumer?.close().catch(() => null)
  }

  async #start (): Promise<void> {
    const { platform } = this
    await this.refresh().catch((error: unknown) => {
      this.failure.value = error
    })
    const active = [...(this.subscriptions.peek()?.values() ?? [])]
      .filter(({ status }) => status === 'active')
      .map(({ producer_id: id }) => id)
    const positions = await backfill(platform, active, envelope => {
      this.streams.add(envelope)
      this.messages.add(envelope)
    })
    this.ready.value = true
    if (this.#closed) return
    const consumer = this.#consumer = createConsumer({
      url: platform.config.websocket_url,
      tokens: platform.session,
      history: platform.config.dsm_url,
      positions: startingWith(positions, storagePositions(sessionStorage, `motience.positions.${this.consumerId}`)),
      backoff: { maxMs: 15_000 }
    })
    this.#listen(consumer)
  }

  #listen (consumer: Consumer): void {
    let lost = false
    // Producers whose replay after the first welcome only fills their charts and is not reported as a recovery.
    const initial = new Set(this.subscriptions.peek()?.keys())
    consumer.on('subscriptions', heads => {
      const positions = new Map(consumer.positions().map(position => [position.producer_id, position]))
      for (const head of heads) {
        const position = positions.get(head.producer_id)
        if (position === undefined || comparePositions(position, head) === 0) initial.delete(head.producer_id)
      }
    })
    consumer.on('state', change => {
      this.state.value = { ...change, at: Date.now() }
      if (change.state === 'waiting' && !lost) {
        lost = true
        initial.clear()
        this.events.add(
          null,
          this.streams.now(),
          'warn',
          `Connection lost${change.reason === '' ? '' : `: ${change.reason}`}`
        )
      } else if (change.state === 'open' && lost) {
        lost = false
        this.events.add(null, this.streams.now(), 'warn', 'Reconnected, catching up')
      }
    })
    consumer.on('data', envelope => { this.#onMessage(envelope) })
    consumer.on('subscribed', ({ producer_id: id }) => {
      this.#setEnded(id, null)
      this.events.add(id, this.streams.now(), 'warn', 'Access granted')
      this.refresh().catch(() => null)
    })
    consumer.on('unsubscribed', ({ producer_id: id, reason }) => {
      this.#setEnded(id, reason)
      this.events.add(id, this.streams.now(), 'bad', `Access ended: ${reason}`)
      this.refresh().catch(() => null)
    })
    consumer.on('gap', ({ producer_id: id, from, to, reason }) => {
      this.events.add(id, this.streams.now(), 'bad', `Gap: offsets ${from} to ${to} (${reason})`)
    })
    consumer.on('resumed', ({ producer_id: id, recovered, from, to }) => {
      const count = to - from + 1
      if (initial.has(id)) {
        if (recovered) initial.delete(id)
        return
      }
      if (!recovered) this.events.add(id, this.streams.now(), 'warn', 'Position no longer in the log, reading history')
      else if (count > 0) {
        this.events.add(
          id,
          this.streams.now(),
          'warn',
          `Resumed: recovered ${count} ${count === 1 ? 'message' : 'messages'}, no gap`
        )
      }
    })
    consumer.on('history', report => { if (!initial.has(report.producer_id)) this.#onHistory(report) })
    consumer.on('error', error => {
      if ('code' in error && 'type' in error) toast(`${error.message} (${String(error.code)})`, 'bad')
    })
  }

  #onMessage (envelope: Envelope): void {
    const { samples } = this.streams.add(envelope)
    const now = Date.now()
    this.streams.countMessage(envelope.producer_id, now)
    this.messages.add(envelope)
    if (this.alerts.engine.rules.length === 0) return
    this.alerts.engine.message(envelope.producer_id, envelope.device_id, now)
    for (const { path, value } of samples) {
      this.alerts.engine.sample(envelope.producer_id, envelope.device_id, path, value, now)
    }
  }

  #onHistory ({ producer_id: id, messages, complete, error }: HistoryReport): void {
    const [tone, text] = error !== null
      ? ['bad', `Gap: reading history failed (${error.message})`] as const
      : complete
        ? ['warn', `Recovered ${messages} messages from history, no gap`] as const
        : ['bad', `Gap: recovered ${messages} messages from history; the others are no longer stored`] as const
    this.events.add(id, this.streams.now(), tone, text)
  }

  #setEnded (producerId: number, reason: string | null): void {
    const ended = new Map(this.ended.peek())
    if (reason === null) ended.delete(producerId)
    else ended.set(producerId, reason)
    this.ended.value = ended
  }
}

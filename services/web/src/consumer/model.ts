import {
  comparePositions, createConsumer, storagePositions, type Consumer, type HistoryReport, type StateChange
} from '@motience/client/consumer'
import type { CatalogueEntry, Envelope, Subscription } from '@motience/schemas'
import { signal } from '@preact/signals'
import { toast } from '../parts/toasts.js'
import { answered } from '../session/answer.js'
import type { Platform } from '../session/platform.js'
import { AlertStore } from './alert-store.js'
import { backfill, startingWith } from './backfill.js'
import { StreamEvents } from './events.js'
import { MessageLog } from './message-log.js'
import { Streams } from './streams.js'

type Named = Pick<CatalogueEntry, 'id' | 'username' | 'device_id'>

/** Milliseconds between two looks at subscriptions that wait for a producer. */
const PENDING_EVERY_MS = 4000
const MAX_SUBSCRIPTIONS = 1000

/** What the consumer's page knows, for one signed-in consumer. */
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

  /** Null until they have been read. */
  readonly subscriptions = signal<ReadonlyMap<number, Subscription> | null>(null)
  /** Why a producer's data has ended, in words; by producer. */
  readonly ended = signal<ReadonlyMap<number, string>>(new Map())
  readonly names = signal<ReadonlyMap<number, Named>>(new Map())
  readonly failure = signal<unknown>(null)
  /** Whether the charts have what they begin with. */
  readonly ready = signal(false)
  #consumer: Consumer | null = null
  #poll: ReturnType<typeof setInterval>
  #closed = false

  constructor (readonly platform: Platform, readonly consumerId: number) {
    this.#start().catch((error: unknown) => { this.failure.value = error })
    this.#poll = setInterval(() => {
      const waits = [...(this.subscriptions.peek()?.values() ?? [])].some(
        subscription => subscription.status === 'pending'
      )
      if (waits && document.visibilityState === 'visible') this.refresh().catch(() => null)
    }, PENDING_EVERY_MS)
  }

  nameOf (producerId: number): string { return this.names.value.get(producerId)?.username ?? `producer ${producerId}` }

  learn (entries: readonly Named[]): void {
    this.names.value = new Map([...this.names.peek(), ...entries.map(entry => [entry.id, entry] as const)])
  }

  /** Reads the subscriptions anew, and the names of producers that are not known yet. */
  async refresh (): Promise<void> {
    const list = await answered(
      this.platform.sm.GET('/api/subscriptions/{id}', {
        params: { path: { id: this.consumerId }, query: { limit: MAX_SUBSCRIPTIONS } }
      })
    )
    this.subscriptions.value = new Map(list.subscriptions.map(subscription => [subscription.producer_id, subscription]))
    this.failure.value = null
    const unknown = list.subscriptions.filter(({ producer_id: id }) => !this.names.peek().has(id))
    await Promise.all(
      unknown.map(async ({ producer_id: id }) => {
        const user = await answered(this.platform.ap.GET('/api/users/{id}', { params: { path: { id } } })).catch(
          () => null
        )
        if (user !== null) this.learn([user])
      })
    )
  }

  async subscribe (producerId: number): Promise<void> {
    const subscription = await answered(this.platform.sm.POST('/api/subscribe', { body: { producer_id: producerId } }))
    this.#setEnded(producerId, null)
    await this.refresh()
    toast(
      subscription.status === 'pending'
        ? `${this.nameOf(producerId)} has to approve you first`
        : `You get the data of ${this.nameOf(producerId)} now`,
      'ok'
    )
  }

  async unsubscribe (producerId: number): Promise<void> {
    await answered(this.platform.sm.DELETE('/api/unsubscribe', { params: { query: { producer_id: producerId } } }))
    await this.refresh()
    this.streams.forget(producerId)
    this.#setEnded(producerId, null)
    toast(`You get no more data of ${this.nameOf(producerId)}`, 'ok')
  }

  close (): void {
    this.#closed = true
    clearInterval(this.#poll)
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
    // Producers whose replay after the first greeting is only how their charts begin, and no interruption.
    const beginning = new Set(this.subscriptions.peek()?.keys())
    consumer.on('subscriptions', heads => {
      const places = new Map(consumer.positions().map(position => [position.producer_id, position]))
      for (const head of heads) {
        const place = places.get(head.producer_id)
        if (place === undefined || comparePositions(place, head) === 0) beginning.delete(head.producer_id)
      }
    })
    consumer.on('state', change => {
      this.state.value = { ...change, at: Date.now() }
      if (change.state === 'waiting' && !lost) {
        lost = true
        beginning.clear()
        this.events.add(
          null,
          this.streams.now(),
          'warn',
          `Connection lost${change.reason === '' ? '' : `: ${change.reason}`}`
        )
      } else if (change.state === 'open' && lost) {
        lost = false
        this.events.add(null, this.streams.now(), 'warn', 'Connected again; what was missed follows')
      }
    })
    consumer.on('data', envelope => { this.#take(envelope) })
    consumer.on('subscribed', ({ producer_id: id }) => {
      this.#setEnded(id, null)
      this.events.add(id, this.streams.now(), 'warn', 'Data begins')
      this.refresh().catch(() => null)
    })
    consumer.on('unsubscribed', ({ producer_id: id, reason }) => {
      this.#setEnded(id, reason)
      this.events.add(id, this.streams.now(), 'bad', `Data ended: ${reason}`)
      this.refresh().catch(() => null)
    })
    consumer.on('gap', ({ producer_id: id, from, to, reason }) => {
      this.events.add(id, this.streams.now(), 'bad', `Gap: offsets ${from} to ${to} (${reason})`)
    })
    consumer.on('resumed', ({ producer_id: id, recovered, from, to }) => {
      const count = to - from + 1
      if (beginning.has(id)) {
        if (recovered) beginning.delete(id)
        return
      }
      if (!recovered) this.events.add(id, this.streams.now(), 'warn', 'The log does not reach back; history is read')
      else if (count > 0) {
        this.events.add(
          id,
          this.streams.now(),
          'warn',
          `Resumed: ${count} missed ${count === 1 ? 'message' : 'messages'} came, none is lost`
        )
      }
    })
    consumer.on('history', report => { if (!beginning.has(report.producer_id)) this.#reported(report) })
    consumer.on('error', error => {
      if ('code' in error && 'type' in error) toast(`${error.message} (${String(error.code)})`, 'bad')
    })
  }

  #take (envelope: Envelope): void {
    const { samples } = this.streams.add(envelope)
    const now = Date.now()
    this.streams.arrived(envelope.producer_id, now)
    this.messages.add(envelope)
    if (this.alerts.engine.rules.length === 0) return
    this.alerts.engine.heard(envelope.producer_id, envelope.device_id, now)
    for (const { path, value } of samples) { this.alerts.engine.sample(envelope.producer_id, envelope.device_id, path, value, now) }
  }

  #reported ({ producer_id: id, messages, complete, error }: HistoryReport): void {
    if (error !== null) { this.events.add(id, this.streams.now(), 'bad', `Gap: history could not be read (${error.message})`) } else if (complete) { this.events.add(id, this.streams.now(), 'warn', `${messages} messages came from history, none is lost`) } else { this.events.add(id, this.streams.now(), 'bad', `Gap: ${messages} messages came from history; others are not kept`) }
  }

  #setEnded (producerId: number, reason: string | null): void {
    const ended = new Map(this.ended.peek())
    if (reason === null) ended.delete(producerId)
    else ended.set(producerId, reason)
    this.ended.value = ended
  }
}

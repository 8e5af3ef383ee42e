import { signal } from '@preact/signals'
import { toast } from '../components/toasts.js'
import { AlertEngine, describeRule, type AlertChange, type AlertRule } from '../series/alert-engine.js'
import { formatValue } from '../series/format.js'
import { persistentSignal } from '../session/persistent-signal.js'

/** An entry of the alert history. */
export interface AlertEntry { id: string, time: number, firing: boolean, text: string }

export const MAX_RULES = 50
const MAX_ENTRIES = 100

/** Alert rules, the history of alerts, and notifications. */
export class AlertStore {
  readonly rules = persistentSignal<AlertRule[]>(
    'motience.consumer.rules',
    [],
    value => Array.isArray(value) && value.length <= MAX_RULES
  )

  readonly entries = persistentSignal<AlertEntry[]>('motience.consumer.alerts', [], value => Array.isArray(value))
  /** Ids of the firing rules. */
  readonly firing = signal<ReadonlySet<string>>(new Set())
  readonly permission = signal(typeof Notification === 'undefined' ? 'denied' : Notification.permission)
  readonly engine = new AlertEngine(change => { this.#changed(change) })
  #ticker = setInterval(() => { this.engine.tick(Date.now()) }, 1000)

  constructor (private readonly nameOf: (producerId: number) => string) {
    this.engine.setRules(this.rules.value, Date.now())
  }

  set (rules: AlertRule[]): void {
    this.rules.value = rules.slice(0, MAX_RULES)
    this.engine.setRules(this.rules.value, Date.now())
    this.#showFiring()
  }

  async allowNotifications (): Promise<void> {
    this.permission.value = await Notification.requestPermission()
  }

  close (): void { clearInterval(this.#ticker) }

  #changed ({ rule, state }: AlertChange): void {
    const source = `${this.nameOf(rule.producerId)}${rule.deviceId === null ? '' : ` · ${rule.deviceId}`}`
    const condition = state.firing
      ? describeRule(rule)
      : rule.kind === 'silent'
        ? 'sending again'
        : `${rule.path} back to normal`
    const text = `${source}: ${condition}${state.value === null ? '' : ` (${formatValue(state.value)})`}`
    this.entries.value = [
      { id: `${rule.id}-${state.since}`, time: state.since, firing: state.firing, text },
      ...this.entries.peek()
    ].slice(0, MAX_ENTRIES)
    this.#showFiring()
    toast(text, state.firing ? 'bad' : 'ok')
    if (state.firing && this.permission.peek() === 'granted') {
      // With the same tag, a new notification replaces the previous one of the rule.
      const notification = new Notification('Motience alert', { body: text, tag: rule.id, icon: './logo.svg' })
      notification.onclick = () => { window.focus() }
    }
  }

  #showFiring (): void {
    this.firing.value = new Set(
      this.rules
        .peek()
        .filter(rule => this.engine.state(rule.id)?.firing === true)
        .map(rule => rule.id)
    )
  }
}

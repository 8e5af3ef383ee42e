/** When a person wants to be told. */
export interface AlertRule {
  id: string
  producerId: number
  /** null: whatever the device. */
  deviceId: string | null
  /** Path of the number; of no meaning for `silent`. */
  path: string
  kind: 'above' | 'below' | 'silent'
  /** The bound; for `silent` seconds without a message. */
  limit: number
  enabled: boolean
}

/** Where a rule stands. */
export interface AlertState {
  firing: boolean
  since: number
  /** The value that was judged last; null for `silent`. */
  value: number | null
}

/** A change of a rule's state. */
export interface AlertChange { rule: AlertRule, state: AlertState }

const matches = (rule: AlertRule, producerId: number, deviceId: string | null): boolean =>
  rule.enabled && rule.producerId === producerId && (rule.deviceId === null || rule.deviceId === deviceId)

/**
 * Judges rules by what comes and by what does not. A rule fires once when its condition begins to hold, and clears once
 * when it ends; in between it says nothing.
 */
export class AlertEngine {
  #rules: AlertRule[] = []
  #states = new Map<string, AlertState>()
  /** When a rule's producer (and device) was heard last, or the rule was made. */
  #heard = new Map<string, number>()

  constructor (private readonly onChange: (change: AlertChange) => void) {}

  get rules (): readonly AlertRule[] { return this.#rules }

  /** Replaces the rules; one that is gone or was changed forgets its state. */
  setRules (rules: AlertRule[], now: number): void {
    const before = new Map(this.#rules.map(rule => [rule.id, JSON.stringify(rule)]))
    for (const rule of rules) {
      if (before.get(rule.id) === JSON.stringify(rule)) continue
      this.#states.delete(rule.id)
      this.#heard.set(rule.id, now)
    }
    this.#rules = rules
    for (const id of [...this.#states.keys(), ...this.#heard.keys()]) {
      if (rules.some(rule => rule.id === id)) continue
      this.#states.delete(id)
      this.#heard.delete(id)
    }
  }

  state (id: string): AlertState | undefined { return this.#states.get(id) }

  /** A message came. */
  heard (producerId: number, deviceId: string | null, now: number): void {
    for (const rule of this.#rules) {
      if (!matches(rule, producerId, deviceId)) continue
      this.#heard.set(rule.id, now)
      if (rule.kind === 'silent') this.#judge(rule, false, null, now)
    }
  }

  /** A number came. */
  sample (producerId: number, deviceId: string | null, path: string, value: number, now: number): void {
    for (const rule of this.#rules) {
      if (rule.kind === 'silent' || rule.path !== path || !matches(rule, producerId, deviceId)) continue
      this.#judge(rule, rule.kind === 'above' ? value > rule.limit : value < rule.limit, value, now)
    }
  }

  /** Time passed. */
  tick (now: number): void {
    for (const rule of this.#rules) {
      if (rule.kind === 'silent' && rule.enabled && now - (this.#heard.get(rule.id) ?? now) > rule.limit * 1000) { this.#judge(rule, true, null, now) }
    }
  }

  #judge (rule: AlertRule, holds: boolean, value: number | null, now: number): void {
    const state = this.#states.get(rule.id)
    if (state?.firing === holds) {
      state.value = value
      return
    }
    if (state === undefined && !holds) return
    const next = { firing: holds, since: now, value }
    this.#states.set(rule.id, next)
    this.onChange({ rule, state: next })
  }
}

/** A rule in words: `temperature above 80`. */
export const describeRule = (rule: AlertRule): string =>
  rule.kind === 'silent' ? `silent for ${rule.limit} s` : `${rule.path} ${rule.kind} ${rule.limit}`

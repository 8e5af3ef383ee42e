/** A condition to be alerted on. */
export interface AlertRule {
  id: string
  producerId: number
  /** null for any device. */
  deviceId: string | null
  /** Path of the field; unused for `silent`. */
  path: string
  kind: 'above' | 'below' | 'silent'
  /** The threshold; for `silent`, seconds without a message. */
  limit: number
  enabled: boolean
}

/** The state of a rule. */
export interface AlertState {
  firing: boolean
  since: number
  /** The last evaluated value; null for `silent`. */
  value: number | null
}

/** A change of a rule's state. */
export interface AlertChange { rule: AlertRule, state: AlertState }

const matches = (rule: AlertRule, producerId: number, deviceId: string | null): boolean =>
  rule.enabled && rule.producerId === producerId && (rule.deviceId === null || rule.deviceId === deviceId)

/**
 * Evaluates rules on messages and on their absence. A rule fires once when its condition becomes true, and clears once
 * when it becomes false.
 */
export class AlertEngine {
  #rules: AlertRule[] = []
  #states = new Map<string, AlertState>()
  /** When a rule last matched a message, or was created. */
  #lastMessage = new Map<string, number>()

  constructor (private readonly onChange: (change: AlertChange) => void) {}

  get rules (): readonly AlertRule[] { return this.#rules }

  /** Replaces the rules; removed and changed rules lose their state. */
  setRules (rules: AlertRule[], now: number): void {
    const before = new Map(this.#rules.map(rule => [rule.id, JSON.stringify(rule)]))
    for (const rule of rules) {
      if (before.get(rule.id) === JSON.stringify(rule)) continue
      this.#states.delete(rule.id)
      this.#lastMessage.set(rule.id, now)
    }
    this.#rules = rules
    for (const id of [...this.#states.keys(), ...this.#lastMessage.keys()]) {
      if (rules.some(rule => rule.id === id)) continue
      this.#states.delete(id)
      this.#lastMessage.delete(id)
    }
  }

  state (id: string): AlertState | undefined { return this.#states.get(id) }

  /** Evaluates a message. */
  message (producerId: number, deviceId: string | null, now: number): void {
    for (const rule of this.#rules) {
      if (!matches(rule, producerId, deviceId)) continue
      this.#lastMessage.set(rule.id, now)
      if (rule.kind === 'silent') this.#update(rule, false, null, now)
    }
  }

  /** Evaluates a value. */
  sample (producerId: number, deviceId: string | null, path: string, value: number, now: number): void {
    for (const rule of this.#rules) {
      if (rule.kind === 'silent' || rule.path !== path || !matches(rule, producerId, deviceId)) continue
      this.#update(rule, rule.kind === 'above' ? value > rule.limit : value < rule.limit, value, now)
    }
  }

  /** Evaluates `silent` rules; to be called regularly. */
  tick (now: number): void {
    for (const rule of this.#rules) {
      const silentMs = now - (this.#lastMessage.get(rule.id) ?? now)
      if (rule.kind === 'silent' && rule.enabled && silentMs > rule.limit * 1000) this.#update(rule, true, null, now)
    }
  }

  #update (rule: AlertRule, holds: boolean, value: number | null, now: number): void {
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

/** Describes a rule: `temperature above 80`. */
export const describeRule = (rule: AlertRule): string =>
  rule.kind === 'silent' ? `silent for ${rule.limit} s` : `${rule.path} ${rule.kind} ${rule.limit}`

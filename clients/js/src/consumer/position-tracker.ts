import { comparePositions, positionOf, type LogPosition } from '@motience/schemas/protocol'
import type { Position } from '@motience/schemas'
import type { PositionStore } from './position-stores.js'

/** Minimum interval between saves. */
const SAVE_EVERY_MS = 500

/**
 * Positions up to which the application has processed messages. They are saved to the store at most twice a second, one
 * save at a time. A failed save is reported, and repeated with the next change.
 */
export class PositionTracker {
  readonly #positions = new Map<number, LogPosition>()
  #timer: ReturnType<typeof setTimeout> | undefined
  #saving: Promise<void> = Promise.resolve()
  #changed = false

  constructor (private readonly store: PositionStore, private readonly onError: (error: unknown) => void) {}

  async load (): Promise<void> {
    for (const position of await this.store.load()) this.#positions.set(position.producer_id, positionOf(position))
  }

  get (producerId: number): LogPosition | undefined {
    return this.#positions.get(producerId)
  }

  all (): Position[] {
    return [...this.#positions].map(([producerId, position]) => ({ producer_id: producerId, ...position }))
  }

  /** Moves forward; ignores a position that is not ahead. */
  advance (producerId: number, position: LogPosition): void {
    const known = this.#positions.get(producerId)
    if (known !== undefined && comparePositions(position, known) <= 0) return
    this.#set(producerId, position)
  }

  /** Sets the position, ahead or not: the platform's log has been replaced. */
  reset (producerId: number, position: LogPosition): void {
    this.#set(producerId, position)
  }

  forget (producerId: number): void {
    if (this.#positions.delete(producerId)) this.#plan()
  }

  /** Saves pending changes now. */
  async flush (): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#changed) this.#save()
    await this.#saving
  }

  #set (producerId: number, position: LogPosition): void {
    this.#positions.set(producerId, positionOf(position))
    this.#plan()
  }

  #plan (): void {
    this.#changed = true
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      this.#save()
    }, SAVE_EVERY_MS)
  }

  #save (): void {
    this.#changed = false
    this.#saving = this.#saving.then(async () => {
      await this.store.save(this.all())
    }).catch((error: unknown) => {
      this.#changed = true
      this.onError(error)
    })
  }
}

/** How a made-up number moves. */
export interface GeneratedField {
  name: string
  shape: 'sine' | 'walk' | 'square' | 'saw' | 'noise'
  /** What it moves around. */
  base: number
  /** How far it moves. */
  amplitude: number
  /** Seconds of one period; of no meaning for `walk` and `noise`. */
  period: number
}

/** Makes payloads out of fields, each number as its shape has it at that time. */
export class SampleGenerator {
  #walks = new Map<string, number>()

  constructor (private readonly random: () => number = Math.random) {}

  /** The payload at `seconds`; numbers are rounded to four digits behind the point. */
  payload (fields: readonly GeneratedField[], seconds: number): Record<string, number> {
    const payload: Record<string, number> = {}
    for (const field of fields) {
      if (field.name !== '') { payload[field.name] = Math.round((field.base + field.amplitude * this.#unit(field, seconds)) * 1e4) / 1e4 }
    }
    return payload
  }

  /** The shape's value in [-1, 1]. */
  #unit (field: GeneratedField, seconds: number): number {
    const phase = field.period > 0 ? (seconds / field.period) % 1 : 0
    switch (field.shape) {
      case 'sine': return Math.sin(2 * Math.PI * phase)
      case 'square': return phase < 0.5 ? 1 : -1
      case 'saw': return 2 * phase - 1
      case 'noise': return 2 * this.random() - 1
      case 'walk': {
        // Pulled back to the middle, so that it stays within its bounds without sticking to them.
        const before = this.#walks.get(field.name) ?? 0
        const next = Math.max(-1, Math.min(1, before * 0.98 + (this.random() - 0.5) * 0.2))
        this.#walks.set(field.name, next)
        return next
      }
    }
  }
}

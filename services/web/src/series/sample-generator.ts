/** A generated field. */
export interface GeneratedField {
  name: string
  shape: 'sine' | 'walk' | 'square' | 'saw' | 'noise'
  /** The mean value. */
  base: number
  /** Maximum deviation from the mean. */
  amplitude: number
  /** Period in seconds; unused for `walk` and `noise`. */
  period: number
}

/** Generates payloads whose fields follow their waveforms. */
export class SampleGenerator {
  #walks = new Map<string, number>()

  constructor (private readonly random: () => number = Math.random) {}

  /** The payload at a time in seconds; values are rounded to four decimal places. */
  payload (fields: readonly GeneratedField[], seconds: number): Record<string, number> {
    const payload: Record<string, number> = {}
    for (const field of fields) {
      if (field.name === '') continue
      payload[field.name] = Math.round((field.base + field.amplitude * this.#waveform(field, seconds)) * 1e4) / 1e4
    }
    return payload
  }

  /** The value of the waveform in [-1, 1]. */
  #waveform (field: GeneratedField, seconds: number): number {
    const phase = field.period > 0 ? (seconds / field.period) % 1 : 0
    switch (field.shape) {
      case 'sine': return Math.sin(2 * Math.PI * phase)
      case 'square': return phase < 0.5 ? 1 : -1
      case 'saw': return 2 * phase - 1
      case 'noise': return 2 * this.random() - 1
      case 'walk': {
        // Pulled back to the mean, so that it does not stick to its bounds.
        const before = this.#walks.get(field.name) ?? 0
        const next = Math.max(-1, Math.min(1, before * 0.98 + (this.random() - 0.5) * 0.2))
        this.#walks.set(field.name, next)
        return next
      }
    }
  }
}

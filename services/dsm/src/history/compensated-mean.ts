/** Sums of numbers below this are finite, however many there are. */
const HUGE = 2 ** 900
const SCALE = 2 ** -100

/** Compensated summation (Neumaier's variant of Kahan's algorithm). */
class CompensatedSum {
  #sum = 0
  #error = 0

  add (value: number): void {
    const sum = this.#sum + value
    this.#error += Math.abs(this.#sum) >= Math.abs(value) ? (this.#sum - sum) + value : (value - sum) + this.#sum
    this.#sum = sum
  }

  get value (): number { return this.#sum + this.#error }
}

/**
 * The mean of numbers added one by one. It is exact to the last digit or the one before in any order, finite if the
 * numbers are (huge ones are summed scaled), and always between their minimum and maximum.
 */
export class CompensatedMean {
  #sum = new CompensatedSum()
  #scaledSum = new CompensatedSum()
  #count = 0
  #min = Infinity
  #max = -Infinity

  add (value: number): void {
    this.#count++
    if (value < this.#min) this.#min = value
    if (value > this.#max) this.#max = value
    if (Math.abs(value) < HUGE) this.#sum.add(value)
    else this.#scaledSum.add(value * SCALE)
  }

  get count (): number { return this.#count }
  get min (): number { return this.#min }
  get max (): number { return this.#max }

  get value (): number {
    const mean = this.#sum.value / this.#count + this.#scaledSum.value / this.#count / SCALE
    return Math.min(this.#max, Math.max(this.#min, mean))
  }
}

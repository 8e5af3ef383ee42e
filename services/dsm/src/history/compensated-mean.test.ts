import t from 'tap'
import { CompensatedMean } from './compensated-mean.js'

const meanOf = (values: readonly number[]): number => {
  const mean = new CompensatedMean()
  for (const value of values) mean.add(value)
  return mean.value
}

/** The exact mean of doubles, as a multiple of 2^-1074, to the nearest double. */
const exactMean = (values: readonly number[]): number => {
  let sum = 0n
  for (const value of values) {
    const bits = new DataView(new Float64Array([value]).buffer).getBigUint64(0, true)
    const exponent = (bits >> 52n) & 0x7ffn
    const fraction = bits & 0xfffffffffffffn
    const magnitude = exponent === 0n ? fraction : (fraction | 0x10000000000000n) << (exponent - 1n)
    sum += value < 0 ? -magnitude : magnitude
  }
  // More digits than a double has, then an exact scaling; of numbers that are not denormal.
  const sign = sum < 0n ? -1n : 1n
  const scaled = (sum * sign << 80n) / BigInt(values.length)
  const shift = BigInt(Math.max(0, scaled.toString(2).length - 64))
  const top = Number(scaled >> shift)
  const power = Number(shift) - 80 - 1074
  const half = Math.trunc(power / 2)
  return Number(sign) * top * 2 ** half * 2 ** (power - half)
}

let seed = 11
const random = (): number => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647

t.test('the mean of one value is that value, however often it comes', async t => {
  for (const value of [3.71, 0.1, -0.3, 1e-300, 5e-324, 1.7e308, -Number.MAX_VALUE, 123_456_789.123]) {
    for (const count of [1, 2, 3, 7, 1_000]) t.equal(meanOf(new Array<number>(count).fill(value)), value)
  }
})

t.test('it is finite wherever the values are', async t => {
  t.equal(meanOf([1.7e308, 1.7e308, 1.5e308, 1.5e308]), 1.6e308)
  t.equal(meanOf([Number.MAX_VALUE, -Number.MAX_VALUE]), 0)
  t.equal(meanOf([Number.MAX_VALUE, -Number.MAX_VALUE, 3]), 1)
  t.equal(meanOf([1e308, 1, -1e308, 1]), 0.5)
})

t.test('it is the exact mean up to two units of the last place, and within the values', async t => {
  for (let round = 0; round < 2_000; round++) {
    const scale = 10 ** (Math.floor(random() * 600) - 300)
    const values = Array.from(
      { length: 1 + Math.floor(random() * 40) },
      () => (random() - (round % 2) / 2) * scale * 10 ** Math.floor(random() * 8)
    )
    const mean = meanOf(values)
    const exact = exactMean(values)
    if (mean < Math.min(...values) || mean > Math.max(...values)) t.fail(`${mean} is outside of ${values.join()}`)
    if (Math.abs(mean - exact) > Math.abs(exact) * 2 ** -51) t.fail(`${mean} instead of ${exact} for ${values.join()}`)
  }
})

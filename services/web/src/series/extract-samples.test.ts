import { MAX_FIELD_LENGTH } from '@motience/schemas'
import t from 'tap'
import { extractSamples, MAX_SAMPLES } from './extract-samples.js'

t.test('finds every number with its path and unit', async t => {
  t.same(extractSamples({ temperature_c: 21.5, name: 'x', ok: true, cpu: { usage_pct: 12 }, cores: [1, 2] }), [
    { path: 'temperature_c', label: 'temperature', value: 21.5, unit: '°C' },
    { path: 'cpu.usage_pct', label: 'cpu › usage', value: 12, unit: '%' },
    { path: 'cores.0', label: 'cores › 0', value: 1, unit: '' },
    { path: 'cores.1', label: 'cores › 1', value: 2, unit: '' }
  ])
})

t.test('reads units from the payload, in two forms', async t => {
  t.same(extractSamples({ pressure: { value: 4.2, unit: 'bar' }, flow: 3, units: { flow: 'l/min' } }), [
    { path: 'pressure.value', label: 'pressure', value: 4.2, unit: 'bar' },
    { path: 'flow', label: 'flow', value: 3, unit: 'l/min' }
  ])
  t.match(
    extractSamples({ temperature_c: { value: 1 } }),
    [{ label: 'temperature', unit: '°C' }],
    'or by the name of the object'
  )
})

t.test('quotes keys with dots or quotes like the platform', async t => {
  t.same(extractSamples({ 'a.b_c': 1, x: { 'say "y"': 2 } }), [
    { path: '"a.b_c"', label: 'a › b', value: 1, unit: '°C' },
    { path: 'x."say \\"y\\""', label: 'x › say "y"', value: 2, unit: '' }
  ])
})

t.test('ignores values that are not finite numbers, and paths that are too long', async t => {
  t.same(
    extractSamples({
      a: null,
      b: '1',
      c: Number.NaN,
      f: [],
      ['k'.repeat(60_000)]: 1,
      n: { ['k'.repeat(MAX_FIELD_LENGTH - 9)]: 1 }
    }),
    []
  )
  t.equal(extractSamples({ ['k'.repeat(MAX_FIELD_LENGTH - 8)]: 1 }).length, 1)
})

t.test('limits the number of samples and the depth', async t => {
  t.equal(extractSamples(Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`n${i}`, i]))).length, MAX_SAMPLES)
  t.equal(extractSamples({ a: { b: { c: { d: { e: { f: { g: 1 } } } } } } }).length, 0)
  t.equal(extractSamples({ a: { b: { c: { d: { e: { f: 1 } } } } } }).length, 1)
})

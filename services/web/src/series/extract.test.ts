import { MAX_FIELD_LENGTH } from '@motience/schemas'
import t from 'tap'
import { extractSamples, MAX_SAMPLES } from './extract.js'

t.test('every number of a payload is found where it is, with its unit', async t => {
  t.same(extractSamples({ temperature_c: 21.5, name: 'x', ok: true, cpu: { usage_pct: 12 }, cores: [1, 2] }), [
    { path: 'temperature_c', label: 'temperature', value: 21.5, unit: '°C' },
    { path: 'cpu.usage_pct', label: 'cpu › usage', value: 12, unit: '%' },
    { path: 'cores.0', label: 'cores › 0', value: 1, unit: '' },
    { path: 'cores.1', label: 'cores › 1', value: 2, unit: '' }
  ])
})

t.test('a payload can name its units itself, in two ways', async t => {
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

t.test('a key with a dot or a quote is named as the platform names it', async t => {
  t.same(extractSamples({ 'a.b_c': 1, x: { 'say "y"': 2 } }), [
    { path: '"a.b_c"', label: 'a › b', value: 1, unit: '°C' },
    { path: 'x."say \\"y\\""', label: 'x › say "y"', value: 2, unit: '' }
  ])
})

t.test('what is no finite number, or has too long a name to be asked for, is left out', async t => {
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

t.test('no more are taken than can be shown, and not from too deep', async t => {
  t.equal(extractSamples(Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`n${i}`, i]))).length, MAX_SAMPLES)
  t.equal(extractSamples({ a: { b: { c: { d: { e: { f: { g: 1 } } } } } } }).length, 0)
  t.equal(extractSamples({ a: { b: { c: { d: { e: { f: 1 } } } } } }).length, 1)
})

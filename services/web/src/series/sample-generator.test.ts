import t from 'tap'
import { SampleGenerator, type GeneratedField } from './sample-generator.js'

const field = (shape: GeneratedField['shape']): GeneratedField => ({
  name: 'x',
  shape,
  base: 10,
  amplitude: 2,
  period: 4
})

t.test('generates each waveform', async t => {
  const generator = new SampleGenerator(() => 0.75)
  const at = (shape: GeneratedField['shape'], seconds: number): number =>
    generator.payload([field(shape)], seconds)['x']!
  t.same([0, 1, 3].map(seconds => at('sine', seconds)), [10, 12, 8])
  t.same([0, 1.9, 2].map(seconds => at('square', seconds)), [12, 12, 8])
  t.same([0, 2, 3].map(seconds => at('saw', seconds)), [8, 10, 11])
  t.equal(at('noise', 0), 11)
})

t.test('a random walk stays within its bounds and moves in small steps', async t => {
  let next = 0
  const generator = new SampleGenerator(() => (next += 0.37) % 1)
  let before = 10
  for (let i = 0; i < 500; i++) {
    const { x } = generator.payload([field('walk')], i)
    t.ok(x! >= 8 && x! <= 12 && Math.abs(x! - before) < 0.5)
    before = x!
  }
})

t.test('ignores fields without a name', async t => {
  t.same(new SampleGenerator().payload([{ ...field('sine'), name: '' }], 0), {})
})

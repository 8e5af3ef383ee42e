import { useMemo } from 'preact/hooks'
import { Icon } from '../../parts/icon.js'
import { Card } from '../../parts/pieces.js'
import { SampleGenerator, type GeneratedField } from '../../series/generator.js'
import { kept } from '../../session/kept.js'
import type { ProducerModel } from '../model.js'
import { MAX_RATE } from '../repeat.js'
import { firstFields } from '../templates.js'

const MAX_FIELDS = 24
const shapes: { value: GeneratedField['shape']; label: string }[] = [
  { value: 'sine', label: 'Sine' },
  { value: 'walk', label: 'Random walk' },
  { value: 'square', label: 'Square' },
  { value: 'saw', label: 'Saw' },
  { value: 'noise', label: 'Noise' }
]

const fields = kept<readonly GeneratedField[]>(
  'motience.producer.generator',
  firstFields,
  value => Array.isArray(value) && value.length <= MAX_FIELDS
)
const device = kept('motience.producer.generator.device', 'generator', value => typeof value === 'string')
const rate = kept('motience.producer.generator.rate', 10, value => typeof value === 'number')

const change = (index: number, part: Partial<GeneratedField>): void => {
  fields.value = fields.value.map((field, i) => i === index ? { ...field, ...part } : field)
}

const NumberInput = ({
  label, value, onValue, min
}: {
  label: string
  value: number
  onValue: (value: number) => void
  min?: number
}) => (
  <td>
    <input
      class='input slim'
      type='number'
      step='any'
      min={min}
      aria-label={label}
      value={value}
      onInput={event => {
        const { valueAsNumber } = event.currentTarget
        if (Number.isFinite(valueAsNumber)) onValue(valueAsNumber)
      }}
    />
  </td>
)

const FieldRow = ({ field, index }: { field: GeneratedField, index: number }) => (
  <tr>
    <td>
      <input
        class='input name'
        aria-label='Name'
        value={field.name}
        maxLength={64}
        onInput={event => {
          change(index, { name: event.currentTarget.value.trim() })
        }}
      />
    </td>
    <td>
      <select
        class='input'
        aria-label={`Shape of ${field.name}`}
        value={field.shape}
        onChange={event => {
          change(index, { shape: event.currentTarget.value as GeneratedField['shape'] })
        }}
      >
        {shapes.map(({ value, label }) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </select>
    </td>
    <NumberInput
      label={`Middle of ${field.name}`}
      value={field.base}
      onValue={base => {
        change(index, { base })
      }}
    />
    <NumberInput
      label={`Amplitude of ${field.name}`}
      value={field.amplitude}
      onValue={amplitude => {
        change(index, { amplitude })
      }}
    />
    <NumberInput
      label={`Period of ${field.name} in seconds`}
      value={field.period}
      min={0.1}
      onValue={period => {
        change(index, { period })
      }}
    />
    <td>
      <button
        type='button'
        class='button plain compact icon'
        aria-label={`Remove ${field.name}`}
        onClick={() => {
          fields.value = fields.value.filter((_, i) => i !== index)
        }}
      >
        <Icon name='trash' />
      </button>
    </td>
  </tr>
)

/** Made-up numbers, to see the way to the consumer's charts without a device. */
export const Generator = ({ model }: { model: ProducerModel }) => {
  const repeat = model.repeats.generator
  const generator = useMemo(() => new SampleGenerator(), [])
  const work = (): boolean =>
    model.send(JSON.stringify(generator.payload(fields.peek(), Date.now() / 1000)), device.peek() || null)
  return (
    <Card
      title='Sample generator' flush actions={(
        <div class='row wrap'>
          <label class='row small'>
            <span class='label'>Device</span>
            <input
              class='input device-input'
              maxLength={64}
              pattern='[A-Za-z0-9._:@/+\-]*'
              value={device.value}
              onInput={event => {
                if (event.currentTarget.validity.valid) device.value = event.currentTarget.value
              }}
            />
          </label>
          <label class='row small'>
            <span class='label'>Rate</span>
            <input
              class='input rate-input'
              type='number'
              min={0.1}
              max={MAX_RATE}
              step='any'
              value={rate.value}
              onInput={event => {
                rate.value = Math.min(MAX_RATE, Math.max(0.01, event.currentTarget.valueAsNumber || 1))
              }}
            />
            <span class='quiet nowrap'>/ s</span>
          </label>
          <button
            type='button' class='button' aria-pressed={repeat.running.value} disabled={fields.value.length === 0}
            onClick={() => { if (repeat.running.peek()) repeat.stop(); else repeat.start(() => rate.peek(), work) }}
          >
            <Icon name={repeat.running.value ? 'pause' : 'play'} />
            {repeat.running.value ? 'Stop generating' : 'Generate'}
          </button>
        </div>
      )}
    >
      <div class='table-wrap'>
        <table class='table inputs'>
          <thead>
            <tr>
              <th>Name</th>
              <th>Shape</th>
              <th>Middle</th>
              <th>Amplitude</th>
              <th>Period, s</th>
              <th>
                <span class='visually-hidden'>Remove</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {fields.value.map((field, index) => (
              <FieldRow key={index} field={field} index={index} />
            ))}
          </tbody>
        </table>
      </div>
      <div class='card-body'>
        <button
          type='button'
          class='button compact'
          disabled={fields.value.length >= MAX_FIELDS}
          onClick={() => {
            fields.value = [
              ...fields.value,
              { name: `value_${fields.value.length + 1}`, shape: 'sine', base: 0, amplitude: 1, period: 10 }
            ]
          }}
        >
          <Icon name='plus' />Add a number
        </button>
      </div>
    </Card>
  )
}

import { useMemo } from 'preact/hooks'
import { DEVICE_ID_HINT, DEVICE_ID_PATTERN } from '../../components/device-id.js'
import { Icon } from '../../components/icon.js'
import { Card } from '../../components/card.js'
import { SampleGenerator, type GeneratedField } from '../../series/sample-generator.js'
import { persistentSignal } from '../../session/persistent-signal.js'
import type { ProducerModel } from '../producer-model.js'
import { MAX_RATE } from '../repeater.js'
import { defaultFields } from '../templates.js'

const MAX_FIELDS = 24
const shapes: { value: GeneratedField['shape']; label: string }[] = [
  { value: 'sine', label: 'Sine' },
  { value: 'walk', label: 'Random walk' },
  { value: 'square', label: 'Square' },
  { value: 'saw', label: 'Sawtooth' },
  { value: 'noise', label: 'Noise' }
]

const fields = persistentSignal<readonly GeneratedField[]>(
  'motience.producer.generator',
  defaultFields,
  value => Array.isArray(value) && value.length <= MAX_FIELDS
)
const device = persistentSignal('motience.producer.generator.device', 'generator', value => typeof value === 'string')
const rate = persistentSignal('motience.producer.generator.rate', 10, value => typeof value === 'number')

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
      label={`Offset of ${field.name}`}
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

/** Generates sample data, to try the platform without a device. */
export const Generator = ({ model }: { model: ProducerModel }) => {
  const repeater = model.repeaters.generator
  const generator = useMemo(() => new SampleGenerator(), [])
  const sendSample = (): boolean =>
    model.send(JSON.stringify(generator.payload(fields.peek(), Date.now() / 1000)), device.peek() || null)
  return (
    <Card
      title='Sample generator'
      flush
      actions={
        <div class='row wrap'>
          <label class='row small'>
            <span class='label'>Device</span>
            <input
              class='input device-input'
              maxLength={64}
              pattern={DEVICE_ID_PATTERN}
              title={DEVICE_ID_HINT}
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
            type='button'
            class='button'
            aria-pressed={repeater.running.value}
            disabled={fields.value.length === 0}
            onClick={() => {
              if (repeater.running.peek()) repeater.stop()
              else repeater.start(() => rate.peek(), sendSample)
            }}
          >
            <Icon name={repeater.running.value ? 'pause' : 'play'} />
            {repeater.running.value ? 'Stop generating' : 'Generate'}
          </button>
        </div>
      }
    >
      <div class='table-wrap'>
        <table class='table inputs'>
          <thead>
            <tr>
              <th>Name</th>
              <th>Shape</th>
              <th>Offset</th>
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
          <Icon name='plus' />
          Add field
        </button>
      </div>
    </Card>
  )
}

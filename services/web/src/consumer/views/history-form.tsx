import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { Icon } from '../../components/icon.js'
import { SegmentedControl } from '../../components/segmented-control.js'
import { extractSamples } from '../../series/extract-samples.js'
import { unwrap } from '../../session/api-error.js'
import { persistentSignal } from '../../session/persistent-signal.js'
import type { ConsumerModel } from '../consumer-model.js'

/** The selected series and range; times in milliseconds since 1970. */
export interface HistoryChoice { producerId: number, deviceId: string | null, path: string, from: number, to: number }

interface StoredChoice { producerId: number | null, deviceId: string, path: string, rangeMs: number }

const ranges = [
  { value: 900_000, label: '15 min' },
  { value: 3_600_000, label: '1 h' },
  { value: 21_600_000, label: '6 h' },
  { value: 86_400_000, label: '24 h' },
  { value: 604_800_000, label: '7 d' },
  { value: 0, label: 'Custom' }
]

/** Number of recent messages searched for devices and numeric fields. */
const SAMPLED_MESSAGES = 200

const storedChoice = persistentSignal<StoredChoice>(
  'motience.consumer.history',
  { producerId: null, deviceId: '', path: '', rangeMs: 3_600_000 },
  value => typeof value === 'object' && value !== null && 'rangeMs' in value
)

/** The value of a `datetime-local` input, in the browser's time zone. */
const localTime = (time: number): string =>
  new Date(time - new Date(time).getTimezoneOffset() * 60_000).toISOString().slice(0, 16)

/** Selects producer, device, field and range; calls `onChoice` whenever the selection is complete. */
export const HistoryForm = ({
  model, onChoice
}: {
  model: ConsumerModel
  onChoice: (choice: HistoryChoice) => void
}) => {
  const known = [...(model.subscriptions.value?.values() ?? [])]
    .filter(({ status }) => status === 'active')
    .map(({ producer_id: id }) => id)
  const devices = useSignal<readonly string[]>([])
  const paths = useSignal<readonly string[]>([])
  const from = useSignal(localTime(Date.now() - 3_600_000))
  const to = useSignal(localTime(Date.now()))
  const { deviceId, path, rangeMs } = storedChoice.value
  const producerId =
    storedChoice.value.producerId !== null && known.includes(storedChoice.value.producerId)
      ? storedChoice.value.producerId
      : (known[0] ?? null)
  const change = (part: Partial<StoredChoice>): void => {
    storedChoice.value = { ...storedChoice.peek(), ...part }
  }

  useEffect(() => {
    if (producerId === null) return
    let current = true
    unwrap(
      model.platform.dsm.GET('/api/data/{producerId}', {
        params: { path: { producerId }, query: { order: 'desc', limit: SAMPLED_MESSAGES } }
      })
    ).then(
      ({ items }) => {
        if (!current) return
        devices.value = [...new Set(items.map(envelope => envelope.device_id).filter(id => id !== null))]
        paths.value = [
          ...new Set(items.flatMap(envelope => extractSamples(envelope.payload).map(sample => sample.path)))
        ]
      },
      () => {
        paths.value = []
      }
    )
    return () => {
      current = false
    }
  }, [producerId])

  const chosenPath = paths.value.includes(path) ? path : paths.value[0] ?? ''
  const chosenDevice = devices.value.includes(deviceId) ? deviceId : ''
  const submit = (): void => {
    if (producerId === null || chosenPath === '') return
    const range =
      rangeMs > 0
        ? { from: Date.now() - rangeMs, to: Date.now() }
        : { from: Date.parse(from.value), to: Date.parse(to.value) }
    if (range.from < range.to) onChoice({ producerId, deviceId: chosenDevice || null, path: chosenPath, ...range })
  }
  useEffect(submit, [producerId, chosenPath, chosenDevice, rangeMs, from.value, to.value])

  return (
    <section class='card'>
      <form
        class='card-body range-form'
        aria-label='Series and range'
        onSubmit={event => {
          event.preventDefault()
          submit()
        }}
      >
        <label class='field'>
          <span class='label'>Producer</span>
          <select
            class='input'
            value={producerId ?? ''}
            onChange={event => {
              change({ producerId: Number(event.currentTarget.value), deviceId: '', path: '' })
            }}
          >
            {known.map(id => (
              <option key={id} value={id}>
                {model.nameOf(id)}
              </option>
            ))}
          </select>
        </label>
        <label class='field'>
          <span class='label'>Device</span>
          <select
            class='input'
            value={chosenDevice}
            onChange={event => {
              change({ deviceId: event.currentTarget.value })
            }}
          >
            <option value=''>all</option>
            {devices.value.map(id => (
              <option key={id} value={id}>
                {id}
              </option>
            ))}
          </select>
        </label>
        <label class='field'>
          <span class='label'>Field</span>
          <select
            class='input'
            value={chosenPath}
            onChange={event => {
              change({ path: event.currentTarget.value })
            }}
          >
            {paths.value.length === 0 && <option value=''>none found</option>}
            {paths.value.map(name => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <div class='field'>
          <span class='label'>Range</span>
          <SegmentedControl
            label='Range'
            options={ranges}
            value={rangeMs}
            onChange={value => {
              change({ rangeMs: value })
            }}
          />
        </div>
        {rangeMs === 0 && (
          <>
            <label class='field'>
              <span class='label'>From</span>
              <input
                class='input'
                type='datetime-local'
                value={from.value}
                onChange={event => {
                  from.value = event.currentTarget.value
                }}
              />
            </label>
            <label class='field'>
              <span class='label'>To</span>
              <input
                class='input'
                type='datetime-local'
                value={to.value}
                onChange={event => {
                  to.value = event.currentTarget.value
                }}
              />
            </label>
          </>
        )}
        <button type='submit' class='button icon' aria-label='Refresh' title='Refresh'>
          <Icon name='again' />
        </button>
      </form>
    </section>
  )
}

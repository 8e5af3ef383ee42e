import { useComputed, useSignal } from '@preact/signals'
import { Icon } from '../../components/icon.js'
import { Card } from '../../components/card.js'
import { SegmentedControl } from '../../components/segmented-control.js'
import { routeQuery } from '../../components/router.js'
import type { AlertRule } from '../../series/alert-engine.js'
import { MAX_RULES } from '../alert-store.js'
import type { ConsumerModel } from '../consumer-model.js'

const kinds = [
  { value: 'above', label: 'Above' },
  { value: 'below', label: 'Below' },
  { value: 'silent', label: 'No data for' }
] as const

/** Creates a rule; prefilled when opened from a chart. */
export const AlertForm = ({ model }: { model: ConsumerModel }) => {
  const query = routeQuery.peek()
  const known = [...(model.subscriptions.value?.values() ?? [])]
    .filter(({ status }) => status === 'active')
    .map(({ producer_id: id }) => id)
  const producer = useSignal<number | null>(Number(query.get('producer')) || null)
  const device = useSignal(query.get('device') ?? '')
  const path = useSignal(query.get('path') ?? '')
  const kind = useSignal<AlertRule['kind']>('above')
  const limit = useSignal(Number.NaN)
  const producerId = producer.value ?? known[0] ?? null
  const groups = useComputed(() => model.streams.groups.value)
  const own = groups.value.filter(group => group.producerId === producerId)
  const devices = own.map(group => group.deviceId).filter(id => id !== null)
  const paths = [
    ...new Set(
      own.flatMap(group =>
        device.value === '' || group.deviceId === device.value ? group.series.map(series => series.path) : []
      )
    )
  ]
  const chosenPath = path.value || paths[0] || ''
  const ready =
    producerId !== null &&
    Number.isFinite(limit.value) &&
    (kind.value === 'silent' ? limit.value > 0 : chosenPath !== '') &&
    model.alerts.rules.value.length < MAX_RULES

  const add = (): void => {
    if (!ready || producerId === null) return
    const rule: AlertRule = {
      id: crypto.getRandomValues(new Uint32Array(2)).join('-'),
      producerId,
      deviceId: device.value || null,
      path: kind.value === 'silent' ? '' : chosenPath,
      kind: kind.value,
      limit: limit.value,
      enabled: true
    }
    model.alerts.set([...model.alerts.rules.peek(), rule])
    limit.value = Number.NaN
  }

  if (producerId === null) {
    return (
      <div class='note'>
        <Icon name='info' />
        <span>
          Alerts require a subscription. <a href='#/catalogue'>Subscribe to a producer</a> first.
        </span>
      </div>
    )
  }
  return (
    <Card title='New rule'>
      <form class='rule-form' onSubmit={event => { event.preventDefault(); add() }}>
        <label class='field'>
          <span class='label'>Producer</span>
          <select
            class='input'
            value={producerId}
            onChange={event => {
              producer.value = Number(event.currentTarget.value)
              device.value = ''
              path.value = ''
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
          <select class='input' value={device.value} onChange={event => { device.value = event.currentTarget.value }}>
            <option value=''>any</option>
            {devices.map(id => <option key={id} value={id}>{id}</option>)}
          </select>
        </label>
        <div class='field'>
          <span class='label'>Condition</span>
          <SegmentedControl
            label='Condition'
            options={kinds}
            value={kind.value}
            onChange={value => {
              kind.value = value
            }}
          />
        </div>
        {kind.value !== 'silent' && (
          <label class='field'>
            <span class='label'>Field</span>
            <select
              class='input'
              value={chosenPath}
              onChange={event => {
                path.value = event.currentTarget.value
              }}
            >
              {[...new Set([...(chosenPath === '' ? [] : [chosenPath]), ...paths])].map(name => (
                <option key={name} value={name}>
                  {name}
                </option>
              ))}
            </select>
          </label>
        )}
        <label class='field'>
          <span class='label'>{kind.value === 'silent' ? 'Seconds' : 'Threshold'}</span>
          <input
            class='input'
            type='number'
            step='any'
            required
            value={Number.isNaN(limit.value) ? '' : limit.value}
            onInput={event => {
              limit.value = event.currentTarget.valueAsNumber
            }}
          />
        </label>
        <button type='submit' class='button primary' disabled={!ready}><Icon name='plus' />Add rule</button>
      </form>
    </Card>
  )
}

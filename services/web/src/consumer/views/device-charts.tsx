import { useComputed, type Signal } from '@preact/signals'
import { now } from '../../components/clock.js'
import { Icon } from '../../components/icon.js'
import { layout, moved, setOrder, shownSeries, toggleHidden } from '../chart-layout.js'
import type { ConsumerModel } from '../consumer-model.js'
import type { Group } from '../streams.js'
import { ChartCard } from './chart-card.js'

const State = ({
  ended, model, producerId
}: {
  ended: Signal<string | undefined>
  model: ConsumerModel
  producerId: number
}) => {
  if (ended.value !== undefined) {
    return (
      <span class='badge bad' role='status'>
        <span class='dot bad' />
        Access ended: {ended.value}
      </span>
    )
  }
  const rate = now.value > 0 ? model.streams.rate(producerId) : 0
  return rate > 0
    ? (
      <>
        <span class='badge ok'>
          <span class='dot ok' />
          live
        </span>
        <span class='rate'>{rate < 10 ? rate.toFixed(1) : Math.round(rate)} msg/s</span>
      </>
      )
    : (
      <span class='badge'>
        <span class='dot' />
        no data
      </span>
      )
}

/** The charts of one device. */
export const DeviceCharts = ({
  group, model, index, keys
}: {
  group: Group
  model: ConsumerModel
  index: number
  keys: string[]
}) => {
  const { producerId, deviceId } = group
  const ended = useComputed(() => model.ended.value.get(producerId))
  const shown = shownSeries(group, layout.value)
  const hidden = group.series.filter(series => layout.value.hidden.includes(series.key))
  // A group of one or two charts shares its row with the next group.
  const isWide = shown.length > 2 || shown.some(series => layout.value.wide.includes(series.key))
  const shownKeys = shown.map(({ key }) => key)
  const name = `${model.nameOf(producerId)}${deviceId === null ? '' : `, ${deviceId}`}`
  return (
    <section class={`group ${isWide ? '' : `of-${shown.length}`}`} aria-label={name}>
      <div class='group-head'>
        <h2>{model.nameOf(producerId)}{deviceId !== null && <span class='quiet'> / {deviceId}</span>}</h2>
        <State ended={ended} model={model} producerId={producerId} />
        <span class='grow' />
        {keys.length > 1 && (
          <span class='row tools'>
            <button
              type='button'
              class='button plain compact icon up'
              aria-label={`Move ${name} up`}
              disabled={index === 0}
              onClick={() => {
                setOrder(moved(keys, group.key, index - 1))
              }}
            >
              <Icon name='left' />
            </button>
            <button
              type='button'
              class='button plain compact icon up'
              aria-label={`Move ${name} down`}
              disabled={index === keys.length - 1}
              onClick={() => {
                setOrder(moved(keys, group.key, index + 1))
              }}
            >
              <Icon name='right' />
            </button>
          </span>
        )}
      </div>
      <div class='charts'>
        {shown.map((series, chartIndex) => (
          <ChartCard
            key={series.key}
            series={series}
            group={group}
            model={model}
            index={chartIndex}
            keys={shownKeys}
            ended={ended.value !== undefined}
          />
        ))}
      </div>
      {hidden.length > 0 && (
        <div class='row wrap small quiet'>
          Hidden:
          {hidden.map(series => (
            <button
              key={series.key}
              type='button'
              class='button compact'
              onClick={() => {
                toggleHidden(series.key)
              }}
            >
              <Icon name='plus' />
              {series.label}
            </button>
          ))}
        </div>
      )}
    </section>
  )
}

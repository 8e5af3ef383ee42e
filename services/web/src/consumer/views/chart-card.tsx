import { useComputed, useSignal } from '@preact/signals'
import { useMemo, useRef } from 'preact/hooks'
import { LiveChart } from '../../charts/live-chart.js'
import { Icon } from '../../components/icon.js'
import { goTo } from '../../components/router.js'
import { formatValue } from '../../series/format.js'
import { layout, moved, setOrder, toggleHidden, toggleWide } from '../chart-layout.js'
import type { ConsumerModel } from '../consumer-model.js'
import type { Group, LiveSeries } from '../streams.js'

/** The figures are updated at most this often. */
const FIGURES_INTERVAL_MS = 125

interface ChartCardProps {
  series: LiveSeries
  group: Group
  model: ConsumerModel
  /** Index of the chart in `keys`, the order in which they are shown. */
  index: number
  keys: string[]
  ended: boolean
}

/** The key being dragged; browsers only reveal it to drop targets on drop. */
let dragged: string | null = null

const Tools = ({ series, group, index, keys, wide }: ChartCardProps & { wide: boolean }) => {
  const move = (to: number): void => { setOrder(moved(keys, series.key, to)) }
  const query = new URLSearchParams({
    producer: String(group.producerId),
    path: series.path,
    ...(group.deviceId === null ? {} : { device: group.deviceId })
  })
  return (
    <div class='chart-tools'>
      <button
        type='button'
        class='button plain compact icon'
        aria-label={`Move ${series.label} forward`}
        title='Move forward'
        disabled={index === 0}
        onClick={() => {
          move(index - 1)
        }}
      >
        <Icon name='left' />
      </button>
      <button
        type='button'
        class='button plain compact icon'
        aria-label={`Move ${series.label} back`}
        title='Move back'
        disabled={index === keys.length - 1}
        onClick={() => {
          move(index + 1)
        }}
      >
        <Icon name='right' />
      </button>
      <button
        type='button'
        class='button plain compact icon'
        aria-label={`Show ${series.label} wide`}
        title='Wide'
        aria-pressed={wide}
        onClick={() => {
          toggleWide(series.key)
        }}
      >
        <Icon name='wide' />
      </button>
      <button
        type='button'
        class='button plain compact icon'
        aria-label={`Alert on ${series.label}`}
        title='Alert'
        onClick={() => {
          goTo(`alerts?${query.toString()}`)
        }}
      >
        <Icon name='bell' />
      </button>
      <button
        type='button'
        class='button plain compact icon'
        aria-label={`Hide ${series.label}`}
        title='Hide'
        onClick={() => {
          toggleHidden(series.key)
        }}
      >
        <Icon name='hide' />
      </button>
    </div>
  )
}

/** The chart of one series, with its current, minimum and maximum value. */
export const ChartCard = (props: ChartCardProps) => {
  const { series, group, model, keys, ended } = props
  const value = useSignal('–')
  const low = useSignal('–')
  const high = useSignal('–')
  const over = useSignal(false)
  const shownAt = useRef(0)
  const card = useRef<HTMLElement>(null)
  const wide = layout.value.wide.includes(series.key)
  const alarm = useComputed(() =>
    model.alerts.rules.value.some(
      rule =>
        model.alerts.firing.value.has(rule.id) &&
        rule.producerId === group.producerId &&
        (rule.deviceId ?? group.deviceId) === group.deviceId &&
        (rule.kind === 'silent' || rule.path === series.path)
    )
  )

  const showRange = useMemo(() => (min: number, max: number): void => {
    const now = performance.now()
    if (now - shownAt.current < FIGURES_INTERVAL_MS) return
    shownAt.current = now
    const spread = max - min
    value.value = formatValue(series.ring.lastValue, spread)
    low.value = formatValue(min, spread)
    high.value = formatValue(max, spread)
  }, [series])
  const markers = useMemo(() => () => model.events.markers(group.producerId), [model, group.producerId])

  return (
    <article
      ref={card}
      class={[
        'chart-card',
        wide && 'wide',
        alarm.value && 'alarm',
        ended && 'ended',
        over.value && 'drag-over'
      ].filter(Boolean).join(' ')}
      aria-label={series.label}
      data-path={series.path}
      onDragOver={event => {
        if (dragged !== null && keys.includes(dragged) && dragged !== series.key) {
          event.preventDefault()
          over.value = true
        }
      }}
      onDragLeave={() => {
        over.value = false
      }}
      onDrop={event => {
        event.preventDefault()
        over.value = false
        if (dragged !== null) setOrder(moved(keys, dragged, keys.indexOf(series.key)))
      }}
    >
      <div class='chart-head'>
        <div class='grow'>
          <div class='chart-name truncate' title={series.path}>
            {series.label}
          </div>
          <div class='chart-now'>
            <span class='value'>{value}</span>
            {series.unit !== '' && <span class='unit'>{series.unit}</span>}
          </div>
        </div>
        <Tools {...props} wide={wide} />
        <span
          class='button plain compact icon chart-handle'
          draggable
          title='Drag to reorder'
          aria-hidden='true'
          onDragStart={event => {
            dragged = series.key
            if (card.current !== null) event.dataTransfer?.setDragImage(card.current, 20, 20)
          }}
          onDragEnd={() => {
            dragged = null
          }}
        >
          <Icon name='grip' />
        </span>
      </div>
      <div class='chart-range'>
        <span>
          min <b>{low}</b>
        </span>
        <span>
          max <b>{high}</b>
        </span>
        {alarm.value && <span class='badge bad'>alert</span>}
      </div>
      <LiveChart
        source={series}
        colourIndex={series.colourIndex}
        windowMs={layout.value.windowMs}
        now={model.streams.now}
        markers={markers}
        onRange={showRange}
        label={`Chart of ${series.label}`}
      />
    </article>
  )
}

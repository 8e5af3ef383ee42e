import type { NumberPoint } from '@motience/schemas'
import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { SeriesChart } from '../../charts/series-chart.js'
import { ErrorNote } from '../../components/error-note.js'
import { Icon } from '../../components/icon.js'
import { Card } from '../../components/card.js'
import { EmptyState } from '../../components/empty-state.js'
import { Fact } from '../../components/fact.js'
import { Progress } from '../../components/progress.js'
import { ViewHeader } from '../../components/view-header.js'
import { bucketFor } from '../../series/buckets.js'
import { formatSpan, formatValue } from '../../series/format.js'
import { unwrap } from '../../session/api-error.js'
import type { ConsumerModel } from '../consumer-model.js'
import { CsvButton } from './csv-button.js'
import { HistoryForm, type HistoryChoice } from './history-form.js'

interface Shown { points: NumberPoint[], bucketMs: number, from: number, to: number }

/** Maximum number of nested zooms. */
const MAX_ZOOMS = 20

const Figures = ({ points }: { points: NumberPoint[] }) => {
  const count = points.reduce((sum, point) => sum + point.count, 0)
  const low = Math.min(...points.map(point => point.min))
  const high = Math.max(...points.map(point => point.max))
  const average = points.reduce((sum, point) => sum + point.avg * point.count, 0) / Math.max(1, count)
  const spread = high - low
  return (
    <dl class='facts-grid'>
      <Fact name='Average'>{formatValue(average, spread)}</Fact>
      <Fact name='Minimum'>{formatValue(low, spread)}</Fact>
      <Fact name='Maximum'>{formatValue(high, spread)}</Fact>
      <Fact name='Last'>{formatValue(points.at(-1)?.last ?? Number.NaN, spread)}</Fact>
      <Fact name='Values'>{count.toLocaleString('en')}</Fact>
    </dl>
  )
}

/** History of a range: one field as a zoomable chart, and all messages as CSV. */
export const History = ({ model }: { model: ConsumerModel }) => {
  const choice = useSignal<HistoryChoice | null>(null)
  const zooms = useSignal<readonly { from: number, to: number }[]>([])
  const shown = useSignal<Shown | null>(null)
  const busy = useSignal(false)
  const failure = useSignal<unknown>(null)
  const requests = useRef(0)

  const range = zooms.value.at(-1) ?? choice.value
  const load = async (): Promise<void> => {
    if (choice.value === null || range === null) return
    const { producerId, deviceId, path } = choice.value
    const { from, to } = range
    const request = ++requests.current
    const bucket = bucketFor(to - from)
    busy.value = true
    try {
      const series = await unwrap(
        model.platform.dsm.GET('/api/data/{producerId}/series', {
          params: {
            path: { producerId },
            query: {
              field: `payload.${path}`,
              bucket: `${bucket}s`,
              kind: 'number',
              from: new Date(from).toISOString(),
              to: new Date(to).toISOString(),
              ...(deviceId === null ? {} : { device_id: deviceId })
            }
          }
        })
      )
      if (request !== requests.current) return
      shown.value = { points: series.kind === 'number' ? series.points : [], bucketMs: bucket * 1000, from, to }
      failure.value = null
    } catch (error) {
      if (request === requests.current) failure.value = error
    } finally {
      if (request === requests.current) busy.value = false
    }
  }
  useEffect(() => { load().catch(() => null) }, [choice.value, zooms.value])

  const hasNoSubscription =
    model.subscriptions.value !== null &&
    ![...model.subscriptions.value.values()].some(({ status }) => status === 'active')
  if (hasNoSubscription) {
    return (
      <>
        <ViewHeader title='History' />
        <section class='card'>
          <EmptyState icon='clock' title='No history yet'>
            <p>Active subscribers can read history from the time their subscription was approved.</p>
            <a class='button primary' href='#/catalogue'>
              Browse producers
            </a>
          </EmptyState>
        </section>
      </>
    )
  }
  const { value: view } = shown
  return (
    <>
      <ViewHeader title='History'>
        Drag across the chart to zoom in. History starts when your subscription was approved.
      </ViewHeader>
      <HistoryForm
        model={model}
        onChoice={next => {
          zooms.value = []
          choice.value = next
        }}
      />
      <ErrorNote
        error={failure.value}
        retry={() => {
          load().catch(() => null)
        }}
      />
      <Card
        title={choice.value?.path ?? 'Chart'}
        actions={
          choice.value !== null &&
          range !== null && (
            <div class='row wrap'>
              {zooms.value.length > 0 && (
                <button
                  type='button'
                  class='button compact'
                  onClick={() => {
                    zooms.value = zooms.value.slice(0, -1)
                  }}
                >
                  <Icon name='zoom' />
                  Zoom out
                </button>
              )}
              <CsvButton
                model={model}
                producerId={choice.value.producerId}
                deviceId={choice.value.deviceId}
                from={range.from}
                to={range.to}
              />
            </div>
          )
        }
      >
        {busy.value && <Progress label='Loading history' />}
        {view !== null && view.points.length === 0 && !busy.value && (
          <EmptyState icon='chart' title='No data in this range'>
            <p>Choose a longer range or another field.</p>
          </EmptyState>
        )}
        {view !== null && view.points.length > 0 && (
          <>
            <SeriesChart
              points={view.points}
              bucketMs={view.bucketMs}
              from={view.from}
              to={view.to}
              label={`${choice.value?.path ?? ''}, ${formatSpan(view.to - view.from)}, ${view.points.length} points`}
              onZoom={(from, to) => {
                zooms.value = [...zooms.value, { from, to }].slice(-MAX_ZOOMS)
              }}
            />
            <p class='hint'>
              The line shows the average per {formatSpan(view.bucketMs)}, the band the minimum and maximum.
            </p>
          </>
        )}
      </Card>
      {view !== null && view.points.length > 0 && <Figures points={view.points} />}
    </>
  )
}

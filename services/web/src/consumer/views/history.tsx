import type { NumberPoint } from '@motience/schemas'
import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { SeriesChart } from '../../charts/series-chart.js'
import { Failure } from '../../parts/failure.js'
import { Icon } from '../../parts/icon.js'
import { Card, Empty, Fact, Progress, ViewHead } from '../../parts/pieces.js'
import { bucketFor } from '../../series/buckets.js'
import { formatSpan, formatValue } from '../../series/format.js'
import { answered } from '../../session/answer.js'
import type { ConsumerModel } from '../model.js'
import { CsvButton } from './csv-button.js'
import { HistoryForm, type HistoryChoice } from './history-form.js'

interface Shown { points: NumberPoint[], bucketMs: number, from: number, to: number }

/** Ranges that were zoomed out of, at most. */
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

/** What was, by range: one number as a chart to zoom into, and everything as CSV. */
export const History = ({ model }: { model: ConsumerModel }) => {
  const choice = useSignal<HistoryChoice | null>(null)
  const zooms = useSignal<readonly { from: number, to: number }[]>([])
  const shown = useSignal<Shown | null>(null)
  const busy = useSignal(false)
  const failure = useSignal<unknown>(null)
  const asked = useRef(0)

  const range = zooms.value.at(-1) ?? choice.value
  const read = async (): Promise<void> => {
    if (choice.value === null || range === null) return
    const { producerId, deviceId, path } = choice.value
    const { from, to } = range
    const ask = ++asked.current
    const bucket = bucketFor(to - from)
    busy.value = true
    try {
      const series = await answered(
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
      if (ask !== asked.current) return
      shown.value = { points: series.kind === 'number' ? series.points : [], bucketMs: bucket * 1000, from, to }
      failure.value = null
    } catch (error) {
      if (ask === asked.current) failure.value = error
    } finally {
      if (ask === asked.current) busy.value = false
    }
  }
  useEffect(() => { read().catch(() => null) }, [choice.value, zooms.value])

  const isWaiting =
    model.subscriptions.value !== null &&
    ![...model.subscriptions.value.values()].some(({ status }) => status === 'active')
  if (isWaiting) {
    return (
      <>
        <ViewHead title='History' />
        <section class='card'>
          <Empty icon='clock' title='No history to read yet'>
            <p>History is open to active subscribers, from the moment they were let in.</p>
            <a class='button primary' href='#/catalogue'>
              Browse the producers
            </a>
          </Empty>
        </section>
      </>
    )
  }
  const { value: view } = shown
  return (
    <>
      <ViewHead title='History'>
        Drag across the chart to zoom in. You see what was accepted since you were let in.
      </ViewHead>
      <HistoryForm
        model={model}
        onChoice={next => {
          zooms.value = []
          choice.value = next
        }}
      />
      <Failure
        error={failure.value}
        retry={() => {
          read().catch(() => null)
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
        {busy.value && <Progress label='Reading history' />}
        {view !== null && view.points.length === 0 && !busy.value && (
          <Empty icon='chart' title='Nothing in this range'>
            <p>Choose a longer range, or another number.</p>
          </Empty>
        )}
        {view !== null && view.points.length > 0 && (
          <>
            <SeriesChart
              points={view.points}
              bucketMs={view.bucketMs}
              from={view.from}
              to={view.to}
              label={`${choice.value?.path ?? ''} over ${formatSpan(view.to - view.from)}, ${view.points.length} points`}
              onZoom={(from, to) => {
                zooms.value = [...zooms.value, { from, to }].slice(-MAX_ZOOMS)
              }}
            />
            <p class='hint'>
              Each point stands for {formatSpan(view.bucketMs)}; the band goes from the least to the greatest in it.
            </p>
          </>
        )}
      </Card>
      {view !== null && view.points.length > 0 && <Figures points={view.points} />}
    </>
  )
}

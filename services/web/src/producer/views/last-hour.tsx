import { useComputed, useSignal, useSignalEffect } from '@preact/signals'
import type { Envelope, NumberPoint } from '@motience/schemas'
import { useEffect, useRef } from 'preact/hooks'
import { SeriesChart } from '../../charts/series-chart.js'
import { ErrorNote } from '../../components/error-note.js'
import { Card } from '../../components/card.js'
import { EmptyState } from '../../components/empty-state.js'
import { Progress } from '../../components/progress.js'
import { extractSamples } from '../../series/extract-samples.js'
import { unwrap } from '../../session/api-error.js'
import { persistentSignal } from '../../session/persistent-signal.js'
import type { ProducerModel } from '../producer-model.js'

const HOUR_MS = 3_600_000
const BUCKET_MS = 15_000
const REFRESH_MS = 10_000
/** Number of recent messages searched for numeric fields. */
const SAMPLED_MESSAGES = 100

/** A numeric field of a device; `device` is '' for messages without a device. */
interface Choice { key: string, device: string, path: string }

const selectedKey = persistentSignal<string>('motience.producer.number', '', value => typeof value === 'string')

interface Shown { points: NumberPoint[], to: number }

/** The fields that can be shown, sorted by device and path. */
const choicesOf = (envelopes: readonly Envelope[]): Choice[] => {
  const found = new Map<string, Choice>()
  for (const { device_id: deviceId, payload } of envelopes) {
    const device = deviceId ?? ''
    for (const { path } of extractSamples(payload)) {
      const key = `${device} ${path}`
      found.set(key, { key, device, path })
    }
  }
  return [...found.values()].sort((a, b) => a.device.localeCompare(b.device) || a.path.localeCompare(b.path))
}

/** A chart of one field that this account's devices sent in the last hour. */
export const LastHour = ({ model: { platform, producerId, stats } }: { model: ProducerModel }) => {
  const choices = useSignal<readonly Choice[] | null>(null)
  const shown = useSignal<Shown | null>(null)
  const failure = useSignal<unknown>(null)
  const requests = useRef(0)
  const choice = useComputed(
    () => choices.value?.find(({ key }) => key === selectedKey.value) ?? choices.value?.[0] ?? null
  )

  const load = async (): Promise<void> => {
    const request = ++requests.current
    const path = { producerId }
    const from = new Date(Date.now() - HOUR_MS).toISOString()
    try {
      const page = await unwrap(
        platform.dsm.GET('/api/data/{producerId}', {
          params: { path, query: { from, order: 'desc', limit: SAMPLED_MESSAGES } }
        })
      )
      const found = choicesOf(page.items)
      if (choices.peek()?.map(({ key }) => key).join() !== found.map(({ key }) => key).join()) choices.value = found
      const selected = choice.peek()
      if (selected === null) return
      const query = {
        field: `payload.${selected.path}`,
        bucket: `${BUCKET_MS / 1000}s`,
        kind: 'number' as const,
        from,
        ...(selected.device === '' ? {} : { device_id: selected.device })
      }
      const series = await unwrap(platform.dsm.GET('/api/data/{producerId}/series', { params: { path, query } }))
      if (request !== requests.current) return
      shown.value = { points: series.kind === 'number' ? series.points : [], to: Date.now() }
      failure.value = null
    } catch (error) {
      if (request === requests.current) failure.value = error
    }
  }

  useEffect(() => {
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') load().catch(() => null)
    }, REFRESH_MS)
    return () => { clearInterval(timer) }
  }, [])
  // Reloads when another field is selected, and after the first message.
  const isEmpty = useComputed(() => stats.acked.value === 0)
  useSignalEffect(() => { if (selectedKey.value !== null && isEmpty.value !== null) load().catch(() => null) })

  const count = shown.value?.points.reduce((sum, point) => sum + point.count, 0) ?? 0
  return (
    <Card
      title='Last hour'
      actions={
        choices.value !== null &&
        choices.value.length > 0 && (
          <select
            class='input auto'
            aria-label='Field'
            value={choice.value?.key ?? ''}
            onChange={event => {
              selectedKey.value = event.currentTarget.value
            }}
          >
            {choices.value.map(({ key, device, path }) => (
              <option key={key} value={key}>
                {device === '' ? path : `${device} · ${path}`}
              </option>
            ))}
          </select>
        )
      }
    >
      <ErrorNote error={failure.value} retry={() => { load().catch(() => null) }} />
      {choices.value === null && failure.value === null && <Progress label='Loading the last hour' />}
      {choices.value?.length === 0 && (
        <EmptyState icon='chart' title='No data in the last hour'>
          <p>Send a message with a numeric field, or connect a device.</p>
          <a class='button' href='#/connect'>Connect a device</a>
        </EmptyState>
      )}
      {choices.value !== null && choices.value.length > 0 && shown.value !== null && (
        <>
          <SeriesChart
            points={shown.value.points}
            bucketMs={BUCKET_MS}
            from={shown.value.to - HOUR_MS}
            to={shown.value.to}
            label={`${choice.value?.path ?? ''} in the last hour, ${count} values`}
          />
          <p class='hint'>
            {count.toLocaleString('en')} values. The line shows the average per {BUCKET_MS / 1000} s, the band the
            minimum and maximum.
          </p>
        </>
      )}
    </Card>
  )
}

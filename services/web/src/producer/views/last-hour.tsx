import { useComputed, useSignal, useSignalEffect } from '@preact/signals'
import type { Envelope, NumberPoint } from '@motience/schemas'
import { useEffect, useRef } from 'preact/hooks'
import { SeriesChart } from '../../charts/series-chart.js'
import { Failure } from '../../parts/failure.js'
import { Card, Empty, Progress } from '../../parts/pieces.js'
import { extractSamples } from '../../series/extract.js'
import { answered } from '../../session/answer.js'
import { kept } from '../../session/kept.js'
import type { ProducerModel } from '../model.js'

const HOUR_MS = 3_600_000
const BUCKET_MS = 15_000
const REFRESH_MS = 10_000
/** Messages that are looked at for the numbers that there are. */
const LOOKED_AT = 100

/** One number of one device; '' for messages without a device. */
interface Choice { key: string, device: string, path: string }

const chosen = kept<string>('motience.producer.number', '', value => typeof value === 'string')

interface Shown { points: NumberPoint[], to: number }

/** What can be shown, by device and name; in an order that stays the same. */
const choicesOf = (envelopes: readonly Envelope[]): Choice[] => {
  const found = new Map<string, Choice>()
  for (const { device_id: deviceId, payload } of envelopes) {
    const device = deviceId ?? ''
    for (const { path } of extractSamples(payload)) { found.set(`${device} ${path}`, { key: `${device} ${path}`, device, path }) }
  }
  return [...found.values()].sort((a, b) => a.device.localeCompare(b.device) || a.path.localeCompare(b.path))
}

/** One number of what this account's devices sent in the last hour. */
export const LastHour = ({ model: { platform, producerId, rates } }: { model: ProducerModel }) => {
  const choices = useSignal<readonly Choice[] | null>(null)
  const shown = useSignal<Shown | null>(null)
  const failure = useSignal<unknown>(null)
  const asked = useRef(0)
  const choice = useComputed(() => choices.value?.find(({ key }) => key === chosen.value) ?? choices.value?.[0] ?? null)

  const look = async (): Promise<void> => {
    const ask = ++asked.current
    const path = { producerId }
    const from = new Date(Date.now() - HOUR_MS).toISOString()
    try {
      const page = await answered(
        platform.dsm.GET('/api/data/{producerId}', {
          params: { path, query: { from, order: 'desc', limit: LOOKED_AT } }
        })
      )
      const found = choicesOf(page.items)
      if (choices.peek()?.map(({ key }) => key).join() !== found.map(({ key }) => key).join()) choices.value = found
      const wanted = choice.peek()
      if (wanted === null) return
      const query = {
        field: `payload.${wanted.path}`,
        bucket: `${BUCKET_MS / 1000}s`,
        kind: 'number' as const,
        from,
        ...(wanted.device === '' ? {} : { device_id: wanted.device })
      }
      const series = await answered(platform.dsm.GET('/api/data/{producerId}/series', { params: { path, query } }))
      if (ask !== asked.current) return
      shown.value = { points: series.kind === 'number' ? series.points : [], to: Date.now() }
      failure.value = null
    } catch (error) {
      if (ask === asked.current) failure.value = error
    }
  }

  useEffect(() => {
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') look().catch(() => null)
    }, REFRESH_MS)
    return () => { clearInterval(timer) }
  }, [])
  // Looks again with another field, and as soon as there is a first message.
  const isEmpty = useComputed(() => rates.acked.value === 0)
  useSignalEffect(() => { if (chosen.value !== null && isEmpty.value !== null) look().catch(() => null) })

  const count = shown.value?.points.reduce((sum, point) => sum + point.count, 0) ?? 0
  return (
    <Card
      title='The last hour'
      actions={
        choices.value !== null &&
        choices.value.length > 0 && (
          <select
            class='input auto'
            aria-label='Number'
            value={choice.value?.key ?? ''}
            onChange={event => {
              chosen.value = event.currentTarget.value
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
      <Failure error={failure.value} retry={() => { look().catch(() => null) }} />
      {choices.value === null && failure.value === null && <Progress label='Reading the last hour' />}
      {choices.value?.length === 0 && (
        <Empty icon='chart' title='No number was sent in the last hour'>
          <p>Send a message with a number in it, or connect a device; its history shows here.</p>
          <a class='button' href='#/connect'>Connect a device</a>
        </Empty>
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
            {count.toLocaleString('en')} values · the line is the average of {BUCKET_MS / 1000} s, the band goes from
            the least to the greatest.
          </p>
        </>
      )}
    </Card>
  )
}

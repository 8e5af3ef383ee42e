import { useComputed, useSignal, useSignalEffect } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { Series } from '@motience/schemas'
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
const LOOKED_AT = 50

const chosen = kept<string>('motience.producer.field', '', value => typeof value === 'string')

interface Shown { points: Series['points'], to: number }

/** One number of what this account's devices sent in the last hour, whichever device it was. */
export const LastHour = ({ model: { platform, producerId, rates } }: { model: ProducerModel }) => {
  const fields = useSignal<readonly string[] | null>(null)
  const shown = useSignal<Shown | null>(null)
  const failure = useSignal<unknown>(null)
  const field = useComputed(() => fields.value?.includes(chosen.value) === true ? chosen.value : fields.value?.[0] ?? null)

  const look = async (): Promise<void> => {
    const path = { producerId }
    const from = new Date(Date.now() - HOUR_MS).toISOString()
    try {
      const page = await answered(platform.dsm.GET('/api/data/{producerId}', { params: { path, query: { from, order: 'desc', limit: LOOKED_AT } } }))
      const found = new Set(page.items.flatMap(envelope => extractSamples(envelope.payload).map(sample => sample.path)))
      if (fields.peek()?.join() !== [...found].join()) fields.value = [...found]
      const name = field.peek()
      if (name === null) return
      const series = await answered(platform.dsm.GET('/api/data/{producerId}/series', { params: { path, query: { field: `payload.${name}`, bucket: `${BUCKET_MS / 1000}s`, from } } }))
      shown.value = { points: series.points, to: Date.now() }
      failure.value = null
    } catch (error) {
      failure.value = error
    }
  }

  useEffect(() => {
    const timer = setInterval(() => { if (document.visibilityState === 'visible') look().catch(() => null) }, REFRESH_MS)
    return () => { clearInterval(timer) }
  }, [])
  // Looks again with another field, and as soon as there is a first message.
  const isEmpty = useComputed(() => rates.acked.value === 0)
  useSignalEffect(() => { if (chosen.value !== null && isEmpty.value !== null) look().catch(() => null) })

  const count = shown.value?.points.reduce((sum, point) => sum + point.count, 0) ?? 0
  return (
    <Card
      title='The last hour' actions={fields.value !== null && fields.value.length > 0 && (
        <label class='row'>
          <span class='label'>Number</span>
          <select class='input' value={field.value ?? ''} onChange={event => { chosen.value = event.currentTarget.value }}>
            {fields.value.map(name => <option key={name} value={name}>{name}</option>)}
          </select>
        </label>
      )}
    >
      <Failure error={failure.value} retry={() => { look().catch(() => null) }} />
      {fields.value === null && failure.value === null && <Progress label='Reading the last hour' />}
      {fields.value?.length === 0 && (
        <Empty icon='chart' title='No number was sent in the last hour'>
          <p>Send a message with a number in it, or connect a device; its history shows here.</p>
          <a class='button' href='#/connect'>Connect a device</a>
        </Empty>
      )}
      {fields.value !== null && fields.value.length > 0 && shown.value !== null && (
        <>
          <SeriesChart points={shown.value.points} bucketMs={BUCKET_MS} from={shown.value.to - HOUR_MS} to={shown.value.to} label={`${field.value} in the last hour, ${count} values`} />
          <p class='hint'>{count.toLocaleString('en')} values · the line is the average of {BUCKET_MS / 1000} s, the band goes from the least to the greatest.</p>
        </>
      )}
    </Card>
  )
}

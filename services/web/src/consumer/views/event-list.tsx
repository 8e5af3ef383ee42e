import { formatTime } from '../../series/format.js'
import type { ConsumerModel } from '../model.js'

const SHOWN = 12

/** What happened to the streams, in words: the same that is marked in the charts. */
export const EventList = ({ model }: { model: ConsumerModel }) => {
  const events = model.events.list.value.slice(0, SHOWN)
  if (events.length === 0) return null
  return (
    <section class='card'>
      <div class='card-head'><h2>What happened</h2></div>
      <ol class='marks' aria-label='Gaps, resumes and changes of access, newest first'>
        {events.map(event => (
          <li key={event.id} class='mark'>
            <time>{formatTime(event.time).slice(0, 8)}</time>
            <span class={`dot ${event.tone === 'bad' ? 'bad' : ''}`} aria-hidden='true' />
            <span>{event.producerId !== null && <b>{model.nameOf(event.producerId)} · </b>}{event.text}</span>
          </li>
        ))}
      </ol>
    </section>
  )
}

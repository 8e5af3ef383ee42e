import { formatTime } from '../../series/format.js'
import type { ConsumerModel } from '../consumer-model.js'

const SHOWN = 12

/** The latest events of the streams, which are also marked in the charts. */
export const EventList = ({ model }: { model: ConsumerModel }) => {
  const events = model.events.list.value.slice(0, SHOWN)
  if (events.length === 0) return null
  return (
    <section class='card'>
      <div class='card-head'><h2>Events</h2></div>
      <ol class='event-list' aria-label='Gaps, replays and changes of access, newest first'>
        {events.map(event => (
          <li key={event.id} class='event'>
            <time>{formatTime(event.time).slice(0, 8)}</time>
            <span class={`dot ${event.tone === 'bad' ? 'bad' : ''}`} aria-hidden='true' />
            <span>{event.producerId !== null && <b>{model.nameOf(event.producerId)} · </b>}{event.text}</span>
          </li>
        ))}
      </ol>
    </section>
  )
}

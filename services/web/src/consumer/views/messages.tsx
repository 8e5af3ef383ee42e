import { envelopeText } from '@motience/client/consumer'
import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { CopyButton } from '../../parts/copy.js'
import { Icon } from '../../parts/icon.js'
import { Empty, ViewHead } from '../../parts/pieces.js'
import { formatTime } from '../../series/format.js'
import { layOutJson } from '../../series/json-layout.js'
import type { LogLine } from '../message-log.js'
import type { ConsumerModel } from '../model.js'

const SHOWN = 150
const LOOK_EVERY_MS = 250

/** A text with what was searched for marked in it. */
const Marked = ({ text, search }: { text: string, search: string }) => {
  if (search === '') return <>{text}</>
  const parts = []
  const lower = text.toLowerCase()
  let from = 0
  for (let at = lower.indexOf(search.toLowerCase()); at >= 0; at = lower.indexOf(search.toLowerCase(), from)) {
    parts.push(text.slice(from, at), <mark>{text.slice(at, at + search.length)}</mark>)
    from = at + search.length
  }
  return <>{parts}{text.slice(from)}</>
}

const Line = ({ line: { envelope, text }, search, name }: { line: LogLine, search: string, name: string }) => {
  const open = useSignal(false)
  const place = `${envelope.epoch}·${envelope.offset}`
  return (
    <div class={`log-line ${open.value ? 'open' : ''}`} role='listitem'>
      <span class='quiet'>{formatTime(Date.parse(envelope.received_at))}</span>
      <span class='truncate' title={name}>
        {name}
        {envelope.device_id !== null && <span class='quiet'>/{envelope.device_id}</span>}
      </span>
      <span class='quiet place'>{place}</span>
      <button type='button' class='payload' aria-expanded={open.value} onClick={() => { open.value = !open.peek() }}>
        {open.value ? layOutJson(envelopeText(envelope)) : <Marked text={text} search={search} />}
      </button>
      <CopyButton text={envelopeText(envelope)} label={`Copy message ${place}`} compact />
    </div>
  )
}

/** The messages as they came. */
export const Messages = ({ model }: { model: ConsumerModel }) => {
  const search = useSignal('')
  const producer = useSignal<number | null>(null)
  const paused = useSignal(false)
  const lines = useSignal<readonly LogLine[]>([])
  /** Messages that had come when the list was looked up, and those that came since while it is held. */
  const looked = useRef(0)
  const unseen = useSignal(0)
  const look = (): void => {
    looked.current = model.messages.count
    unseen.value = 0
    lines.value = model.messages.find({ producerId: producer.peek(), search: search.peek(), limit: SHOWN })
  }

  useEffect(() => {
    look()
    const timer = setInterval(() => {
      if (model.messages.count === looked.current) return
      if (paused.peek()) unseen.value = model.messages.count - looked.current
      else look()
    }, LOOK_EVERY_MS)
    return () => { clearInterval(timer) }
  }, [model])

  const producers = [...model.subscriptions.value?.keys() ?? []]
  return (
    <>
      <ViewHead
        title='Messages' actions={(
          <>
            <select
              class='input auto'
              aria-label='Producer'
              value={producer.value ?? ''}
              onChange={event => {
                producer.value = Number(event.currentTarget.value) || null
                look()
              }}
            >
              <option value=''>All producers</option>
              {producers.map(id => <option key={id} value={id}>{model.nameOf(id)}</option>)}
            </select>
            <input
              class='input search'
              type='search'
              placeholder='Search in payload and device'
              aria-label='Search messages'
              value={search.value}
              onInput={event => {
                search.value = event.currentTarget.value
                look()
              }}
            />
            <button
              type='button'
              class='button'
              aria-pressed={paused.value}
              onClick={() => {
                paused.value = !paused.peek()
                look()
              }}
            >
              <Icon name={paused.value ? 'play' : 'pause'} />
              {!paused.value ? 'Pause' : unseen.value === 0 ? 'Go on' : `Go on · ${unseen.value} new`}
            </button>
          </>
        )}
      >
        The latest 2,000 as they came. Pausing holds this list only; the charts go on.
      </ViewHead>
      <section class='card'>
        {lines.value.length === 0
          ? (
            <Empty icon='list' title={search.value === '' ? 'No message yet' : 'No message matches'}>
              {search.value === ''
                ? (
                  <p>Messages of the producers that you are subscribed to show here as they come.</p>
                  )
                : (
                  <p>Nothing among the latest messages has “{search.value}” in it.</p>
                  )}
            </Empty>
            )
          : (
            <div class='log' role='list' aria-label='Messages, newest first' tabIndex={0}>
              {lines.value.map(line => (
                <Line
                  key={`${line.envelope.producer_id}-${line.envelope.epoch}-${line.envelope.offset}`}
                  line={line}
                  search={search.value}
                  name={model.nameOf(line.envelope.producer_id)}
                />
              ))}
            </div>
            )}
      </section>
    </>
  )
}

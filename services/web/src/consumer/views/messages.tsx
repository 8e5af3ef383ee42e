import { envelopeText } from '@motience/client/consumer'
import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { CopyButton } from '../../components/copy-button.js'
import { Icon } from '../../components/icon.js'
import { EmptyState } from '../../components/empty-state.js'
import { ViewHeader } from '../../components/view-header.js'
import { formatTime } from '../../series/format.js'
import { indentJson } from '../../json/format-json.js'
import type { LogLine } from '../message-log.js'
import type { ConsumerModel } from '../consumer-model.js'

const SHOWN = 150
const REFRESH_MS = 250

/** Text with the search term highlighted. */
const Highlighted = ({ text, search }: { text: string, search: string }) => {
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
  const position = `${envelope.epoch}·${envelope.offset}`
  return (
    <div class={`log-line ${open.value ? 'open' : ''}`} role='listitem'>
      <span class='quiet'>{formatTime(Date.parse(envelope.received_at))}</span>
      <span class='truncate' title={name}>
        {name}
        {envelope.device_id !== null && <span class='quiet'>/{envelope.device_id}</span>}
      </span>
      <span class='quiet position'>{position}</span>
      <button type='button' class='payload' aria-expanded={open.value} onClick={() => { open.value = !open.peek() }}>
        {open.value ? indentJson(envelopeText(envelope)) : <Highlighted text={text} search={search} />}
      </button>
      <CopyButton text={envelopeText(envelope)} label={`Copy message ${position}`} compact />
    </div>
  )
}

/** The latest messages. */
export const Messages = ({ model }: { model: ConsumerModel }) => {
  const search = useSignal('')
  const producer = useSignal<number | null>(null)
  const paused = useSignal(false)
  const lines = useSignal<readonly LogLine[]>([])
  /** The message count at the last update of the list, and the messages received since while it is paused. */
  const shownCount = useRef(0)
  const unseen = useSignal(0)
  const update = (): void => {
    shownCount.current = model.messages.count
    unseen.value = 0
    lines.value = model.messages.find({ producerId: producer.peek(), search: search.peek(), limit: SHOWN })
  }

  useEffect(() => {
    update()
    const timer = setInterval(() => {
      if (model.messages.count === shownCount.current) return
      if (paused.peek()) unseen.value = model.messages.count - shownCount.current
      else update()
    }, REFRESH_MS)
    return () => { clearInterval(timer) }
  }, [model])

  const producers = [...model.subscriptions.value?.keys() ?? []]
  return (
    <>
      <ViewHeader
        title='Messages' actions={(
          <>
            <select
              class='input auto'
              aria-label='Producer'
              value={producer.value ?? ''}
              onChange={event => {
                producer.value = Number(event.currentTarget.value) || null
                update()
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
                update()
              }}
            />
            <button
              type='button'
              class='button'
              aria-pressed={paused.value}
              onClick={() => {
                paused.value = !paused.peek()
                update()
              }}
            >
              <Icon name={paused.value ? 'play' : 'pause'} />
              {!paused.value ? 'Pause' : unseen.value === 0 ? 'Resume' : `Resume · ${unseen.value} new`}
            </button>
          </>
        )}
      >
        The latest 2,000 messages. Pausing only affects this list, not the charts.
      </ViewHeader>
      <section class='card'>
        {lines.value.length === 0
          ? (
            <EmptyState icon='list' title={search.value === '' ? 'No messages yet' : 'No matching messages'}>
              {search.value === ''
                ? (
                  <p>Messages from the producers you are subscribed to appear here.</p>
                  )
                : (
                  <p>None of the latest messages contains “{search.value}”.</p>
                  )}
            </EmptyState>
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

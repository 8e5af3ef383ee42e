import { useComputed } from '@preact/signals'
import { Icon } from '../../parts/icon.js'
import { Card } from '../../parts/pieces.js'
import { toast } from '../../parts/toasts.js'
import { formatBytes } from '../../series/format.js'
import { checkJson } from '../../series/json-check.js'
import { kept } from '../../session/kept.js'
import type { ProducerModel } from '../model.js'
import { MAX_RATE } from '../repeat.js'
import { templates } from '../templates.js'

const DEVICE_ID = /^[A-Za-z0-9._:@/+-]{1,64}$/
const DEFAULT_MAX_PAYLOAD = 65_536

const draft = kept('motience.producer.draft', templates[0]!.text, value => typeof value === 'string')
const device = kept('motience.producer.device', '', value => typeof value === 'string')
const rate = kept('motience.producer.rate', 1, value => typeof value === 'number')

/** A message by hand, checked as it is typed. */
export const Composer = ({ model }: { model: ProducerModel }) => {
  const repeat = model.repeats.message
  const check = useComputed(() =>
    checkJson(draft.value, model.connection.welcome.value?.max_payload ?? DEFAULT_MAX_PAYLOAD)
  )
  const deviceIsWrong = device.value !== '' && !DEVICE_ID.test(device.value)
  const { fault, bytes } = check.value
  const ready = fault === null && !deviceIsWrong

  const send = (): boolean => {
    const { payload } = check.peek()
    if (payload === null) return false
    return model.send(payload, device.peek() || null)
  }
  const sendOnce = (): void => {
    if (ready && !send()) toast('Too many messages wait for their acknowledgement', 'bad')
  }

  return (
    <Card
      title='Message' actions={(
        <select
          class='input auto' aria-label='Start from a template' value='' onChange={event => {
            const template = templates.find(({ name }) => name === event.currentTarget.value)
            if (template !== undefined) draft.value = template.text
            event.currentTarget.value = ''
          }}
        >
          <option value=''>Templates…</option>
          {templates.map(({ name }) => <option key={name} value={name}>{name}</option>)}
        </select>
      )}
    >
      <div class='field'>
        <label class='label' for='payload'>Payload, a JSON object</label>
        <textarea
          class='input'
          id='payload'
          spellcheck={false}
          autocapitalize='off'
          value={draft.value}
          aria-invalid={fault !== null}
          aria-describedby='payload-check'
          onInput={event => {
            draft.value = event.currentTarget.value
          }}
          onKeyDown={event => {
            if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
              event.preventDefault()
              sendOnce()
            }
          }}
        />
        <span class={`hint ${fault === null ? '' : 'bad'}`} id='payload-check' aria-live='polite'>
          {fault === null
            ? `Good JSON · ${formatBytes(bytes)}`
            : <>{fault.line !== null && <b>Line {fault.line}, column {fault.column}: </b>}{fault.message}</>}
        </span>
      </div>
      <div class='field'>
        <label class='label' for='device'>
          Device (optional)
        </label>
        <input
          class='input'
          id='device'
          value={device.value}
          placeholder='the account itself'
          maxLength={64}
          aria-invalid={deviceIsWrong}
          onInput={event => {
            device.value = event.currentTarget.value.trim()
          }}
        />
        {deviceIsWrong && <span class='hint bad'>Letters, digits and . _ : @ / + - only</span>}
      </div>
      <div class='row wrap between'>
        <button type='button' class='button primary' disabled={!ready} onClick={sendOnce}>
          <Icon name='send' />
          Send <span class='visually-hidden'>(Control and Enter)</span>
        </button>
        <div class='row wrap'>
          <label class='row small'>
            <span class='label'>Repeat</span>
            <input
              class='input rate-input'
              type='number'
              min={0.1}
              max={MAX_RATE}
              step='any'
              value={rate.value}
              onInput={event => {
                rate.value = Math.min(MAX_RATE, Math.max(0.01, event.currentTarget.valueAsNumber || 1))
              }}
            />
            <span class='quiet nowrap'>/ s</span>
          </label>
          <button
            type='button' class='button' aria-pressed={repeat.running.value} disabled={!ready && !repeat.running.value}
            onClick={() => { if (repeat.running.peek()) repeat.stop(); else repeat.start(() => rate.peek(), send) }}
          >
            <Icon name={repeat.running.value ? 'pause' : 'play'} />{repeat.running.value ? 'Stop' : 'Start'}
          </button>
        </div>
      </div>
      {repeat.held.value > 0 && (
        <p class='hint'>{repeat.held.value} left out: too many waited for their acknowledgement.</p>
      )}
    </Card>
  )
}

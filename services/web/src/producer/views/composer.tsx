import { useComputed } from '@preact/signals'
import { DEVICE_ID_HINT, isDeviceId } from '../../components/device-id.js'
import { Icon } from '../../components/icon.js'
import { Card } from '../../components/card.js'
import { toast } from '../../components/toasts.js'
import { formatBytes } from '../../series/format.js'
import { checkJson } from '../../json/check-json.js'
import { persistentSignal } from '../../session/persistent-signal.js'
import type { ProducerModel } from '../producer-model.js'
import { MAX_RATE } from '../repeater.js'
import { templates } from '../templates.js'

const DEFAULT_MAX_PAYLOAD = 65_536

const draft = persistentSignal('motience.producer.draft', templates[0]!.text, value => typeof value === 'string')
const device = persistentSignal('motience.producer.device', '', value => typeof value === 'string')
const rate = persistentSignal('motience.producer.rate', 1, value => typeof value === 'number')

/** Editor for a message, validated as it is typed. */
export const Composer = ({ model }: { model: ProducerModel }) => {
  const repeater = model.repeaters.message
  const check = useComputed(() =>
    checkJson(draft.value, model.connection.welcome.value?.max_payload ?? DEFAULT_MAX_PAYLOAD)
  )
  const invalidDevice = device.value !== '' && !isDeviceId(device.value)
  const { fault, bytes } = check.value
  const ready = fault === null && !invalidDevice

  const send = (): boolean => {
    const { payload } = check.peek()
    if (payload === null) return false
    return model.send(payload, device.peek() || null)
  }
  const sendOnce = (): void => {
    if (ready && !send()) toast('Too many unacknowledged messages', 'bad')
  }

  return (
    <Card
      title='Message'
      actions={
        <select
          class='input auto'
          aria-label='Use a template'
          value=''
          onChange={event => {
            const template = templates.find(({ name }) => name === event.currentTarget.value)
            if (template !== undefined) draft.value = template.text
            event.currentTarget.value = ''
          }}
        >
          <option value=''>Templates…</option>
          {templates.map(({ name }) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      }
    >
      <div class='field'>
        <label class='label' for='payload'>
          Payload, a JSON object
        </label>
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
            ? (
            `Valid JSON · ${formatBytes(bytes)}`
              )
            : (
              <>
                {fault.line !== null && (
                  <b>
                    Line {fault.line}, column {fault.column}:{' '}
                  </b>
                )}
                {fault.message}
              </>
              )}
        </span>
      </div>
      <div class='field'>
        <label class='label' for='device'>
          Device name (optional)
        </label>
        <input
          class='input'
          id='device'
          value={device.value}
          placeholder='none'
          maxLength={64}
          aria-invalid={invalidDevice}
          onInput={event => {
            device.value = event.currentTarget.value.trim()
          }}
        />
        {invalidDevice && <span class='hint bad'>{DEVICE_ID_HINT}</span>}
      </div>
      <div class='row wrap between'>
        <button type='button' class='button primary' disabled={!ready} onClick={sendOnce}>
          <Icon name='send' />
          Send <span class='visually-hidden'>(Ctrl+Enter)</span>
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
            type='button'
            class='button'
            aria-pressed={repeater.running.value}
            disabled={!ready && !repeater.running.value}
            onClick={() => {
              if (repeater.running.peek()) repeater.stop()
              else repeater.start(() => rate.peek(), send)
            }}
          >
            <Icon name={repeater.running.value ? 'pause' : 'play'} />
            {repeater.running.value ? 'Stop' : 'Start'}
          </button>
        </div>
      </div>
      {repeater.skipped.value > 0 && (
        <p class='hint'>{repeater.skipped.value} messages skipped: too many unacknowledged messages.</p>
      )}
    </Card>
  )
}

import { signal } from '@preact/signals'
import { Icon } from './icon.js'

interface Toast { id: number, text: string, kind: 'ok' | 'bad' | 'info' }

/** Maximum number of notices at a time; the oldest is dropped. */
const MAX_TOASTS = 4
const SHOWN_MS = 6000

const toasts = signal<Toast[]>([])
let next = 1

const dismiss = (id: number): void => { toasts.value = toasts.value.filter(toast => toast.id !== id) }

/** Shows a notice, and announces it to screen readers. Errors stay until they are dismissed. */
export const toast = (text: string, kind: Toast['kind'] = 'info'): void => {
  const id = next++
  toasts.value = [...toasts.value.filter(other => other.text !== text), { id, text, kind }].slice(-MAX_TOASTS)
  if (kind !== 'bad') setTimeout(() => { dismiss(id) }, SHOWN_MS)
}

export const Toasts = () => (
  <div class='toasts' role='log' aria-live='polite' aria-label='Notices'>
    {toasts.value.map(({ id, text, kind }) => (
      <div key={id} class={`toast ${kind}`}>
        <Icon name={kind === 'bad' ? 'warn' : kind === 'ok' ? 'check' : 'info'} />
        <span class='grow'>{text}</span>
        <button
          type='button'
          class='button plain compact icon'
          aria-label='Dismiss'
          onClick={() => {
            dismiss(id)
          }}
        >
          <Icon name='cross' />
        </button>
      </div>
    ))}
  </div>
)

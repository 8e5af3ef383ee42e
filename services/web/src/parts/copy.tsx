import { useSignal } from '@preact/signals'
import { Icon } from './icon.js'
import { toast } from './toasts.js'

/**
 * Puts a text into the clipboard; without the clipboard API (a page that is not from a secure context) by a selection.
 */
export const copyText = async (text: string): Promise<void> => {
  try {
    await navigator.clipboard.writeText(text)
  } catch {
    const area = document.createElement('textarea')
    area.value = text
    document.body.append(area)
    area.select()
    document.execCommand('copy')
    area.remove()
  }
}

export const CopyButton = ({ text, label, compact = false }: { text: string, label: string, compact?: boolean }) => {
  const done = useSignal(false)
  const copy = (): void => {
    copyText(text).then(() => {
      done.value = true
      setTimeout(() => { done.value = false }, 1500)
    }, () => { toast('The clipboard can not be written to', 'bad') })
  }
  return (
    <button
      type='button'
      class={`button compact ${compact ? 'plain icon' : ''}`}
      aria-label={compact ? label : undefined}
      title={compact ? label : undefined}
      onClick={copy}
    >
      <Icon name={done.value ? 'check' : 'copy'} />
      {!compact && (done.value ? 'Copied' : label)}
    </button>
  )
}

/** A text to be copied as it stands. */
export const Code = ({ text, label }: { text: string, label: string }) => (
  <div class='code'>
    <pre tabIndex={0} aria-label={label}><code>{text}</code></pre>
    <CopyButton text={text} label='Copy' />
  </div>
)

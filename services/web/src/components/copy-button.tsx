import { useSignal } from '@preact/signals'
import { Icon } from './icon.js'
import { toast } from './toasts.js'

/** Copies text to the clipboard; where the clipboard API is missing (insecure contexts), through a selection. */
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
    }, () => { toast("Couldn't copy to the clipboard", 'bad') })
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

/** Preformatted text with a copy button. */
export const CodeBlock = ({ text, label }: { text: string, label: string }) => (
  <div class='code'>
    <pre tabIndex={0} aria-label={label}><code>{text}</code></pre>
    <CopyButton text={text} label='Copy' />
  </div>
)

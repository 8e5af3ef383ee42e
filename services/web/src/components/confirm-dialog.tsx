import { signal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'

interface Question { title: string, text: string, action: string, resolve: (yes: boolean) => void }

const question = signal<Question | null>(null)

/** Asks for confirmation of an action that affects others. Resolves to whether it was confirmed. */
export const confirm = (title: string, text: string, action: string): Promise<boolean> =>
  new Promise(resolve => { question.value = { title, text, action, resolve } })

/** Renders the dialog of `confirm`; once per page. */
export const ConfirmDialog = () => {
  const dialog = useRef<HTMLDialogElement>(null)
  const asked = question.value
  useEffect(() => { if (asked !== null) dialog.current?.showModal() }, [asked])
  if (asked === null) return null
  const answer = (yes: boolean): void => {
    question.value = null
    asked.resolve(yes)
  }
  return (
    <dialog ref={dialog} aria-labelledby='confirm-title' onCancel={() => { answer(false) }}>
      <div class='body'>
        <h2 id='confirm-title'>{asked.title}</h2>
        <p>{asked.text}</p>
      </div>
      <div class='actions'>
        <button type='button' class='button' onClick={() => { answer(false) }}>Cancel</button>
        <button type='button' class='button danger' onClick={() => { answer(true) }}>{asked.action}</button>
      </div>
    </dialog>
  )
}

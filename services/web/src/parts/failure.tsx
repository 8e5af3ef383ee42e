import { AnswerError } from '../session/answer.js'
import { CopyButton } from './copy.js'
import { Icon } from './icon.js'

/** An error in words: what happened, what can be done, and the id under which the platform's log has it. */
export const Failure = ({ error, retry }: { error: unknown, retry?: () => void }) => {
  if (error === null || error === undefined) return null
  const { message } = error as Error
  const answer = error instanceof AnswerError ? error : null
  return (
    <div class='note bad' role='alert'>
      <Icon name='warn' />
      <div class='grow'>
        {message}
        {answer?.requestId != null && (
          <small>
            Request <code>{answer.requestId}</code>{answer.code !== null && <> · <code>{answer.code}</code></>}
          </small>
        )}
      </div>
      {answer?.requestId != null && <CopyButton text={answer.requestId} label='Copy the request id' compact />}
      {retry !== undefined && <button type='button' class='button compact' onClick={retry}>Try again</button>}
    </div>
  )
}

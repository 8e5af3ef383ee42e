import { ApiError } from '../session/api-error.js'
import { CopyButton } from './copy-button.js'
import { Icon } from './icon.js'

/** An error message with a retry button, and the request id under which the server logged it. */
export const ErrorNote = ({ error, retry }: { error: unknown, retry?: () => void }) => {
  if (error === null || error === undefined) return null
  const { message } = error as Error
  const apiError = error instanceof ApiError ? error : null
  return (
    <div class='note bad' role='alert'>
      <Icon name='warn' />
      <div class='grow'>
        {message}
        {apiError?.requestId != null && (
          <small>
            Request <code>{apiError.requestId}</code>{apiError.code !== null && <> · <code>{apiError.code}</code></>}
          </small>
        )}
      </div>
      {apiError?.requestId != null && <CopyButton text={apiError.requestId} label='Copy request id' compact />}
      {retry !== undefined && <button type='button' class='button compact' onClick={retry}>Try again</button>}
    </div>
  )
}

import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { Icon } from '../../components/icon.js'
import { toast } from '../../components/toasts.js'
import { formatBytes } from '../../series/format.js'
import { downloadCsv } from '../csv-download.js'
import type { ConsumerModel } from '../consumer-model.js'

/** Downloads a range as CSV, with progress and a button to cancel. */
export const CsvButton = ({
  model, producerId, deviceId, from, to
}: {
  model: ConsumerModel
  producerId: number
  deviceId: string | null
  from: number
  to: number
}) => {
  const bytes = useSignal<number | null>(null)
  const abort = useRef<AbortController | null>(null)
  useEffect(() => () => { abort.current?.abort() }, [])

  const start = async (): Promise<void> => {
    abort.current = new AbortController()
    bytes.value = 0
    try {
      await downloadCsv(model.platform, {
        producerId,
        deviceId,
        from,
        to,
        signal: abort.current.signal,
        onBytes: count => {
          bytes.value = count
        }
      })
      toast(`Downloaded ${formatBytes(bytes.value)}`, 'ok')
    } catch (error) {
      if ((error as Error).name !== 'AbortError') toast((error as Error).message, 'bad')
    } finally {
      bytes.value = null
    }
  }

  if (bytes.value === null) {
    return (
      <button
        type='button'
        class='button compact'
        onClick={() => {
          start().catch(() => null)
        }}
      >
        <Icon name='download' />
        Download CSV
      </button>
    )
  }
  return (
    <button
      type='button'
      class='button compact'
      onClick={() => {
        abort.current?.abort()
      }}
    >
      <Icon name='cross' />
      Cancel · {formatBytes(bytes.value)}
    </button>
  )
}

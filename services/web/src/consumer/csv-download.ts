import { toApiError } from '../session/api-error.js'
import type { Platform } from '../session/platform.js'

/** Maximum size of a download in browsers that can't write to a file while downloading, in bytes. */
export const MAX_BUFFERED_BYTES = 256 * 1048576

interface FilePicker {
  showSaveFilePicker(options: {
    suggestedName: string
  }): Promise<{ createWritable(): Promise<WritableStream<Uint8Array>> }>
}

export interface CsvRequest {
  producerId: number
  deviceId: string | null
  from: number
  to: number
  signal: AbortSignal
  onBytes: (bytes: number) => void
}

/** Target of a download: a file chosen by the user, or memory and then the browser's downloads. */
const openTarget = async (
  name: string
): Promise<{
  write(chunk: Uint8Array): Promise<void> | void
  close(): Promise<void> | void
  abort(): Promise<void> | void
}> => {
  if ('showSaveFilePicker' in window) {
    const handle = await (window as unknown as FilePicker).showSaveFilePicker({ suggestedName: name })
    const writer = (await handle.createWritable()).getWriter()
    return { write: chunk => writer.write(chunk), close: () => writer.close(), abort: () => writer.abort() }
  }
  const chunks: BlobPart[] = []
  let buffered = 0
  return {
    write: chunk => {
      buffered += chunk.length
      if (buffered > MAX_BUFFERED_BYTES) {
        throw new Error('The download is too large for this browser. Choose a shorter range.')
      }
      chunks.push(chunk as Uint8Array<ArrayBuffer>)
    },
    close: () => {
      const link = document.createElement('a')
      link.href = URL.createObjectURL(new Blob(chunks, { type: 'text/csv' }))
      link.download = name
      link.click()
      setTimeout(() => { URL.revokeObjectURL(link.href) }, 60_000)
    },
    abort: () => { chunks.length = 0 }
  }
}

const stamp = (time: number): string => new Date(time).toISOString().slice(0, 19).replaceAll(':', '')

/** Streams a range of history into a CSV file. The token is sent in a header, never in the URL. */
export const downloadCsv = async (
  platform: Platform,
  { producerId, deviceId, from, to, signal, onBytes }: CsvRequest
): Promise<void> => {
  const target = await openTarget(`motience-${producerId}-${stamp(from)}-${stamp(to)}.csv`)
  try {
    const query = new URLSearchParams({
      from: new Date(from).toISOString(),
      to: new Date(to).toISOString(),
      ...(deviceId === null ? {} : { device_id: deviceId })
    })
    const url = `${platform.config.dsm_url}/api/data/${producerId}?${query.toString()}`
    const response = await platform.fetch(new Request(url, { headers: { accept: 'text/csv' }, signal }))
    if (!response.ok || response.body === null) throw toApiError(await response.json().catch(() => null), response)
    let bytes = 0
    for (const reader = response.body.getReader(); ;) {
      const { done, value } = await reader.read()
      if (done) break
      await target.write(value)
      onBytes(bytes += value.length)
    }
    await target.close()
  } catch (error) {
    await target.abort()
    throw error
  }
}

import { errorOf } from '../session/answer.js'
import type { Platform } from '../session/platform.js'

/** Most bytes that are held where the browser can't write to a file as it goes; longer ranges have to be split. */
export const MAX_HELD_BYTES = 256 * 1048576

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

/** Where a download goes: a file that the person chose, or memory and then the browser's downloads. */
const openTarget = async (
  name: string
): Promise<{
  write(chunk: Uint8Array): Promise<void> | void
  finish(): Promise<void> | void
  abandon(): Promise<void> | void
}> => {
  if ('showSaveFilePicker' in window) {
    const handle = await (window as unknown as FilePicker).showSaveFilePicker({ suggestedName: name })
    const writer = (await handle.createWritable()).getWriter()
    return { write: chunk => writer.write(chunk), finish: () => writer.close(), abandon: () => writer.abort() }
  }
  const chunks: BlobPart[] = []
  let held = 0
  return {
    write: chunk => {
      held += chunk.length
      if (held > MAX_HELD_BYTES) { throw new Error('This is more than the browser can hold at once; choose a shorter range') }
      chunks.push(chunk as Uint8Array<ArrayBuffer>)
    },
    finish: () => {
      const link = document.createElement('a')
      link.href = URL.createObjectURL(new Blob(chunks, { type: 'text/csv' }))
      link.download = name
      link.click()
      setTimeout(() => { URL.revokeObjectURL(link.href) }, 60_000)
    },
    abandon: () => { chunks.length = 0 }
  }
}

const stamp = (time: number): string => new Date(time).toISOString().slice(0, 19).replaceAll(':', '')

/** Streams a range of history into a CSV file. The token goes in a header, and so into no address. */
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
    if (!response.ok || response.body === null) throw errorOf(await response.json().catch(() => null), response)
    let bytes = 0
    for (const reader = response.body.getReader(); ;) {
      const { done, value } = await reader.read()
      if (done) break
      await target.write(value)
      onBytes(bytes += value.length)
    }
    await target.finish()
  } catch (error) {
    await target.abandon()
    throw error
  }
}

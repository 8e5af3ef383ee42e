/** Formats a value with as many decimals as its range `spread` makes significant. */
export const formatValue = (value: number, spread = Math.abs(value)): string => {
  if (!Number.isFinite(value)) return '–'
  const size = Math.abs(value)
  if (size >= 1e9 || (size > 0 && size < 1e-4)) return value.toExponential(2)
  const decimals =
    spread <= 0 ? (Number.isInteger(value) ? 0 : 2) : Math.min(4, Math.max(0, 2 - Math.floor(Math.log10(spread))))
  return value.toLocaleString('en', {
    minimumFractionDigits: Number.isInteger(value) && spread > 20 ? 0 : Math.min(decimals, 3),
    maximumFractionDigits: decimals
  })
}

/** Formats a size in bytes. */
export const formatBytes = (bytes: number): string =>
  bytes < 1024
    ? `${bytes} B`
    : bytes < 1048576
      ? `${(bytes / 1024).toFixed(1)} kB`
      : `${(bytes / 1048576).toFixed(1)} MB`

/** Formats a duration in its one or two largest units: `42 s`, `3 min 5 s`, `2 h 10 min`. */
export const formatSpan = (ms: number): string => {
  const seconds = Math.max(0, Math.round(ms / 1000))
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`
  const hours = Math.floor(minutes / 60)
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`
}

/** A connection's state while it waits to reconnect: `Connection lost. Retrying in 3 s`. */
export const retryText = (reason: string, ms: number): string =>
  `${reason.replace(/\.$/, '')}. Retrying in ${formatSpan(ms)}`

/** Formats a latency. */
export const formatMs = (ms: number | null): string =>
  ms === null ? '–' : ms < 10 ? `${ms.toFixed(1)} ms` : `${Math.round(ms)} ms`

/** Time of day with milliseconds, in the browser's time zone. */
export const formatTime = (ms: number): string => {
  const date = new Date(ms)
  const two = (n: number): string => String(n).padStart(2, '0')
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':')
  return `${time}.${String(date.getMilliseconds()).padStart(3, '0')}`
}

/** Calls at a fixed rate without drift; after a late call the missed ones are skipped. */
export interface Ticker { stop (): void }

/** The first call comes within a second, whatever the interval. */
const FIRST_MS = 1000

/** `tick` gets the seconds since the previous call, or since the start. */
export const startTicker = (everyMs: number, mono: () => number, tick: (seconds: number) => void): Ticker => {
  let lastAt = mono()
  let nextAt = lastAt + Math.min(everyMs, FIRST_MS)
  let timer = setTimeout(run, nextAt - lastAt)
  function run (): void {
    const now = mono()
    const seconds = (now - lastAt) / 1000
    lastAt = now
    nextAt = Math.max(nextAt + everyMs, now + everyMs / 2)
    timer = setTimeout(run, Math.max(0, nextAt - now))
    tick(seconds)
  }
  return { stop: () => { clearTimeout(timer) } }
}

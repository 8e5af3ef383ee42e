/** Calls again and again, at a fixed pace that does not drift; where a call was late, the missed ones are left out. */
export interface Ticker { stop (): void }

/** The first call comes after a second at most, however slow the pace is. */
const FIRST_MS = 1000

/** `tick` gets the seconds since the one before, or since the start. */
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

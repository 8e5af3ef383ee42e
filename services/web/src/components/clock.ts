import { signal } from '@preact/signals'

/** The current time in milliseconds, updated every second while the page is visible: for texts such as `in 12 min`. */
export const now = signal(Date.now())

setInterval(() => { if (document.visibilityState === 'visible') now.value = Date.now() }, 1000)
document.addEventListener('visibilitychange', () => { now.value = Date.now() })

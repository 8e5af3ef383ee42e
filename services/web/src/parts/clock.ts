import { signal } from '@preact/signals'

/** Milliseconds since 1970, moved on once a second while the page is seen: for texts such as `in 12 min`. */
export const seconds = signal(Date.now())

setInterval(() => { if (document.visibilityState === 'visible') seconds.value = Date.now() }, 1000)
document.addEventListener('visibilitychange', () => { seconds.value = Date.now() })

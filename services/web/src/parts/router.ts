import { computed, signal } from '@preact/signals'

const read = (): string => location.hash.replace(/^#\/?/, '')
const hash = signal(read())
window.addEventListener('hashchange', () => { hash.value = read() })

/** The view that is shown: what is behind `#/` in the address, so that a reload shows it again. */
export const route = computed(() => hash.value.split('?')[0] ?? '')

/** What is behind the `?` of it. */
export const routeQuery = computed(() => new URLSearchParams(hash.value.split('?')[1] ?? ''))

export const goTo = (path: string): void => { location.hash = `#/${path}` }

import { computed, signal } from '@preact/signals'

const read = (): string => location.hash.replace(/^#\/?/, '')
const hash = signal(read())
window.addEventListener('hashchange', () => { hash.value = read() })

/** The current view: the part of the URL after `#/`, so that a reload shows it again. */
export const route = computed(() => hash.value.split('?')[0] ?? '')

/** The query of the route. */
export const routeQuery = computed(() => new URLSearchParams(hash.value.split('?')[1] ?? ''))

/** Navigates to a view. */
export const goTo = (path: string): void => { location.hash = `#/${path}` }

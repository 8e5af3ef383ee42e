import { effect, signal, type Signal } from '@preact/signals'

/**
 * A signal whose value is stored in `localStorage` as JSON and survives a reload. A stored value that can't be parsed
 * or that `valid` rejects is replaced by `initial`. If the storage is full or unavailable, the signal still works.
 */
export const persistentSignal = <T>(
  key: string,
  initial: T,
  valid: (value: unknown) => boolean = () => true
): Signal<T> => {
  const value = signal(read(key, initial, valid))
  effect(() => {
    const text = JSON.stringify(value.value)
    try {
      localStorage.setItem(key, text)
    } catch {
      // The page works without persistence.
    }
  })
  return value
}

const read = <T>(key: string, initial: T, valid: (value: unknown) => boolean): T => {
  try {
    const text = localStorage.getItem(key)
    if (text === null) return initial
    const value: unknown = JSON.parse(text)
    return valid(value) ? value as T : initial
  } catch {
    return initial
  }
}

import { effect, signal, type Signal } from '@preact/signals'

/**
 * A signal whose value outlives a reload, as JSON in this browser's storage. What can't be read, or is not what `valid`
 * takes, is replaced by `initial`; a storage that is full or closed keeps nothing and breaks nothing.
 */
export const kept = <T>(key: string, initial: T, valid: (value: unknown) => boolean = () => true): Signal<T> => {
  const value = signal(read(key, initial, valid))
  effect(() => {
    const text = JSON.stringify(value.value)
    try {
      localStorage.setItem(key, text)
    } catch {
      // The page works without.
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

import { readFileSync, unwatchFile, watchFile } from 'node:fs'

const POLL_MS = 2000

/**
 * Calls `changed` when a file's content changes. It is looked at every 2 s, which works on every file system, and also
 * where an editor puts a new file in the old one's place.
 */
export const watchContent = (path: string, changed: () => void, pollMs = POLL_MS): { stop (): void } => {
  const content = (): string | null => {
    try {
      return readFileSync(path, 'utf8')
    } catch {
      return null
    }
  }
  let before = content()
  const look = () => {
    const now = content()
    // A file that is gone is being replaced, or the old configuration is kept.
    if (now === null || now === before) return
    before = now
    changed()
  }
  watchFile(path, { interval: pollMs, persistent: false }, look)
  return { stop: () => { unwatchFile(path, look) } }
}

import { readFileSync, statSync } from 'node:fs'

const POLL_MS = 2000

/** What changes with a file's content: its time, its length, and which file it is. */
const stamp = (path: string): string | null => {
  const stats = statSync(path, { throwIfNoEntry: false })
  return stats === undefined ? null : `${stats.mtimeMs} ${stats.size} ${stats.ino}`
}

const read = (path: string): string | null => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}

/**
 * Calls `changed` when a file's content changes. It is looked at every 2 s, which works on every file system, and also
 * where an editor puts a new file in the old one's place. What it is compared with is read before this returns, so that
 * no change after that is missed.
 */
export const watchContent = (path: string, changed: () => void, pollMs = POLL_MS): { stop (): void } => {
  let seen = stamp(path)
  let before = read(path)
  const timer = setInterval(() => {
    const now = stamp(path)
    if (now === seen) return
    seen = now
    const content = read(path)
    // A file that is gone is being replaced, or the old configuration is kept.
    if (content === null || content === before) return
    before = content
    changed()
  }, pollMs)
  timer.unref()
  return { stop: () => { clearInterval(timer) } }
}

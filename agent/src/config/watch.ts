import { readFileSync, statSync } from 'node:fs'

const POLL_MS = 2000

/** Changes whenever a file's content does: its modification time, size and inode. */
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
 * Calls `changed` when a file's content changes. Polls every 2 s, which works on every file system and with editors
 * that replace the file. The initial content is read before this returns, so no later change is missed.
 */
export const watchContent = (path: string, changed: () => void, pollMs = POLL_MS): { stop (): void } => {
  let seen = stamp(path)
  let before = read(path)
  const timer = setInterval(() => {
    const now = stamp(path)
    if (now === seen) return
    seen = now
    const content = read(path)
    // A missing file is probably being replaced; until then the old configuration applies.
    if (content === null || content === before) return
    before = content
    changed()
  }, pollMs)
  timer.unref()
  return { stop: () => { clearInterval(timer) } }
}

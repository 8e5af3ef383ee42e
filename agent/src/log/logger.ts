const LEVELS = ['error', 'warn', 'info', 'debug'] as const
export type LogLevel = (typeof LEVELS)[number]

/** Values of a log line; never a payload, a token or a password. */
export type LogFields = Record<string, string | number | boolean | null | undefined>

/** Logs an event: a message, and its values as fields. */
export type Logger = Record<LogLevel, (message: string, fields?: LogFields) => void> & {
  setLevel(level: LogLevel): void
}

/** journald reads a leading `<n>` as the line's priority (sd-daemon(3)). */
const PRIORITY: Record<LogLevel, number> = { error: 3, warn: 4, info: 6, debug: 7 }

const formatValue = (value: string | number | boolean | null): string =>
  typeof value === 'string' && /[\s"=]/.test(value) ? JSON.stringify(value) : String(value)

/**
 * One line per event, `time level message key=value…`. For the journal, which records the time, the line
 * begins with its priority instead.
 */
export const createLogger = (
  write: (line: string) => void,
  {
    level = 'info',
    journal = false,
    now = () => new Date()
  }: { level?: LogLevel; journal?: boolean; now?: () => Date } = {}
): Logger => {
  let threshold = LEVELS.indexOf(level)
  const log =
    (level: LogLevel) =>
      (message: string, fields: LogFields = {}) => {
        if (LEVELS.indexOf(level) > threshold) return
        const values = Object.entries(fields).filter(
          (entry): entry is [string, string | number | boolean | null] => entry[1] !== undefined
        )
        const text = [message, ...values.map(([name, value]) => `${name}=${formatValue(value)}`)].join(' ')
        write(journal ? `<${PRIORITY[level]}>${text}\n` : `${now().toISOString()} ${level.padEnd(5)} ${text}\n`)
      }
  return {
    error: log('error'),
    warn: log('warn'),
    info: log('info'),
    debug: log('debug'),
    setLevel: level => {
      threshold = LEVELS.indexOf(level)
    }
  }
}

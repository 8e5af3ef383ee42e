import { spawn } from 'node:child_process'
import { writeSync } from 'node:fs'

/** Notifies systemd about the state of the service (sd_notify(3)). */
export interface Notifier {
  notify (state: string): void
  /** Interval of watchdog notifications; null without a watchdog. */
  readonly watchdogMs: number | null
}

const SILENT: Notifier = { notify: () => {}, watchdogMs: null }

/**
 * systemd listens on a Unix datagram socket, which Node cannot open. The unit's launcher opens and connects it, and the
 * agent inherits it as the descriptor `MOTIENCE_NOTIFY_FD`, to which every write is a datagram: no child process and no
 * native code. Without the launcher, systemd's own `systemd-notify` is started for each message, for which the unit
 * needs `NotifyAccess=all`; watchdog notifications are minutes apart, so this is rare.
 */
export const createNotifier = (env: NodeJS.ProcessEnv, onFault: (error: unknown) => void = () => {}): Notifier => {
  const path = env['NOTIFY_SOCKET']
  if (path === undefined || path === '') return SILENT
  const fd = Number(env['MOTIENCE_NOTIFY_FD'] ?? Number.NaN)
  const watchdogUs = Number(env['WATCHDOG_USEC'] ?? Number.NaN)
  const forUs = env['WATCHDOG_PID'] === undefined || Number(env['WATCHDOG_PID']) === process.pid

  const bySystemdNotify = (state: string) => {
    spawn('systemd-notify', [state], { stdio: 'ignore', env: { ...env } }).on('error', onFault).unref()
  }
  const byDescriptor = (state: string) => {
    try {
      writeSync(fd, state)
    } catch (error) {
      onFault(error)
      bySystemdNotify(state)
    }
  }
  return {
    notify: Number.isInteger(fd) && fd > 2 ? byDescriptor : bySystemdNotify,
    // Half of the timeout, as sd_watchdog_enabled(3) recommends.
    watchdogMs: Number.isFinite(watchdogUs) && watchdogUs > 0 && forUs ? watchdogUs / 2000 : null
  }
}

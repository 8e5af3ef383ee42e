/** Limits of one producer's log and of its remembered device sessions. No message is dropped before it is stored. */
export interface BrokerLimits {
  /** Maximum number of messages in the log. */
  logMaxMessages: number
  /** Maximum size of the log's texts, in bytes; the newest message is kept, whatever its size. */
  logMaxBytes: number
  /** Age after which a stored message may be dropped from the log, in seconds. */
  logMaxAgeSecs: number
  /**
   * Maximum memory for the device sessions whose last `seq` is remembered, in bytes; the least recently used is
   * forgotten first.
   */
  sessionsMaxBytes: number
  /** Size of the texts at which a page of a log ends, in bytes. 64 MiB are a thousand messages of the maximum size. */
  logPageBytes: number
}

export const defaultBrokerLimits: BrokerLimits = {
  logMaxMessages: 10_000,
  logMaxBytes: 64 * 1024 * 1024,
  logMaxAgeSecs: 86_400,
  sessionsMaxBytes: 8 * 1024 * 1024,
  logPageBytes: 64 * 1024 * 1024
}

/** Memory that a device session counts for, in addition to its name, in bytes: about what Redis needs for it. */
export const SESSION_OVERHEAD = 200

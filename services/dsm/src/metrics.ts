import { Counter, Gauge, Histogram, type Registry } from 'prom-client'

/** Codes that are worth an alert; the others' series appear with the first message that is refused for them. */
const WATCHED_CODES = ['MOT_UNAVAILABLE', 'MOT_INTERNAL']

/** What DSM counts, for `/metrics`. */
export const createDsmMetrics = (registry: Registry, pending: () => number, lanes: () => number) => {
  const registers = [registry]
  const refused = new Counter({
    name: 'motience_dsm_refused_messages_total',
    help: "Messages that were refused, by the problem's code",
    labelNames: ['code'],
    registers
  })
  for (const code of WATCHED_CODES) refused.inc({ code }, 0)
  return {
    accepted: new Counter({
      name: 'motience_dsm_accepted_messages_total',
      help: 'Messages accepted and published',
      registers
    }),
    repeats: new Counter({
      name: 'motience_dsm_repeated_messages_total',
      help: 'Messages that were sent again after they had been accepted',
      registers
    }),
    refused,
    stale: new Counter({
      name: 'motience_dsm_stale_subscribers_total',
      help: 'Calls of the broker with an outdated subscriber list version',
      registers
    }),
    sessionLookups: new Counter({
      name: 'motience_dsm_session_lookups_total',
      help: 'Device sessions that the broker no longer remembered and that were looked up in PostgreSQL',
      registers
    }),
    fullLogs: new Counter({
      name: 'motience_dsm_full_logs_total',
      help: 'Calls of the broker that found the log full of messages not stored yet',
      registers
    }),
    epochsOpened: new Counter({
      name: 'motience_dsm_epochs_opened_total',
      help: 'Log epochs that were opened',
      registers
    }),
    repaired: new Counter({
      name: 'motience_dsm_repaired_messages_total',
      help: "Messages that were stored again from the broker's log",
      registers
    }),
    lost: new Counter({
      name: 'motience_dsm_lost_messages_total',
      help: "Messages lost: in neither PostgreSQL nor the broker's log",
      registers
    }),
    commitMessages: new Histogram({
      name: 'motience_dsm_commit_messages',
      help: 'Messages per commit',
      buckets: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000],
      registers
    }),
    commitSeconds: new Histogram({
      name: 'motience_dsm_commit_seconds',
      help: 'Duration of commits',
      buckets: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 5],
      registers
    }),
    commitFailures: new Counter({
      name: 'motience_dsm_commit_failures_total',
      help: 'Commits that failed and were retried',
      registers
    }),
    acceptSeconds: new Histogram({
      name: 'motience_dsm_accept_seconds',
      help: 'Duration from the arrival of messages to their answer',
      buckets: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 5],
      registers
    }),
    brokerMessages: new Histogram({
      name: 'motience_dsm_broker_call_messages',
      help: 'Messages of a producer per call of the broker',
      buckets: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000],
      registers
    }),
    fanOut: new Histogram({
      name: 'motience_dsm_fan_out_subscribers',
      help: 'Subscribers per published message',
      buckets: [0, 1, 2, 5, 10, 50, 100, 500, 1000],
      registers
    }),
    historyMessages: new Counter({
      name: 'motience_dsm_history_messages_total',
      help: 'Messages read from the history',
      registers
    }),
    droppedPartitions: new Counter({
      name: 'motience_dsm_dropped_partitions_total',
      help: 'Partitions of history, one for each day, dropped by retention',
      registers
    }),
    pending: new Gauge({
      name: 'motience_dsm_pending_messages',
      help: 'Messages waiting for the broker or the database',
      registers,
      collect () {
        this.set(pending())
      }
    }),
    lanes: new Gauge({
      name: 'motience_dsm_lanes',
      help: 'Lanes of producers in memory',
      registers,
      collect () {
        this.set(lanes())
      }
    })
  }
}

export type DsmMetrics = ReturnType<typeof createDsmMetrics>

import { Counter, Gauge, Histogram, type Registry } from 'prom-client'

/** DSM's metrics; see `docs/metrics.md`. */
export const createDsmMetrics = (registry: Registry, pending: () => number, lanes: () => number) => {
  const registers = [registry]
  return {
    accepted: new Counter({
      name: 'motience_dsm_accepted_messages_total',
      help: 'Messages accepted and published',
      registers
    }),
    repeats: new Counter({
      name: 'motience_dsm_repeated_messages_total',
      help: 'Messages that had been accepted before',
      registers
    }),
    refused: new Counter({
      name: 'motience_dsm_refused_messages_total',
      help: 'Messages refused, by problem code',
      labelNames: ['code'],
      registers
    }),
    stale: new Counter({
      name: 'motience_dsm_stale_subscribers_total',
      help: 'Calls of the broker with an outdated subscriber list',
      registers
    }),
    sessionLookups: new Counter({
      name: 'motience_dsm_session_lookups_total',
      help: 'Device sessions unknown to the broker and looked up in PostgreSQL',
      registers
    }),
    fullLogs: new Counter({
      name: 'motience_dsm_full_logs_total',
      help: 'Calls of the broker that found the log full of messages not stored yet',
      registers
    }),
    epochsOpened: new Counter({
      name: 'motience_dsm_epochs_opened_total',
      help: 'Epochs opened',
      registers
    }),
    repaired: new Counter({
      name: 'motience_dsm_repaired_messages_total',
      help: "Messages stored from the broker's log",
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
      help: 'Duration of a commit, in seconds',
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
      help: "Duration from receiving a request's messages to answering them, in seconds",
      buckets: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 5],
      registers
    }),
    brokerMessages: new Histogram({
      name: 'motience_dsm_broker_call_messages',
      help: 'Messages of one producer per call of the broker',
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
      help: 'Days of history dropped by retention',
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
      help: 'Lanes in memory',
      registers,
      collect () {
        this.set(lanes())
      }
    })
  }
}

export type DsmMetrics = ReturnType<typeof createDsmMetrics>

import { Counter, Gauge, Histogram, type Registry } from 'prom-client'

/** What DSM counts, for `/metrics`. */
export const createDsmMetrics = (registry: Registry, pending: () => number, lanes: () => number) => {
  const registers = [registry]
  return {
    accepted: new Counter({
      name: 'motience_dsm_accepted_messages_total',
      help: 'Messages that were accepted and published',
      registers
    }),
    repeats: new Counter({
      name: 'motience_dsm_repeated_messages_total',
      help: 'Messages that had been accepted before',
      registers
    }),
    refused: new Counter({
      name: 'motience_dsm_refused_messages_total',
      help: "Messages that were refused, by the problem's code",
      labelNames: ['code'],
      registers
    }),
    stale: new Counter({
      name: 'motience_dsm_stale_subscribers_total',
      help: 'Calls of the broker with a subscriber list that had changed',
      registers
    }),
    sessionLookups: new Counter({
      name: 'motience_dsm_session_lookups_total',
      help: 'Sessions that the broker did not remember and that were looked up in PostgreSQL',
      registers
    }),
    fullLogs: new Counter({
      name: 'motience_dsm_full_logs_total',
      help: 'Calls of the broker that found the log full of messages that are not stored yet',
      registers
    }),
    verifications: new Counter({
      name: 'motience_dsm_epochs_opened_total',
      help: 'New epochs that were opened',
      registers
    }),
    repaired: new Counter({
      name: 'motience_dsm_repaired_messages_total',
      help: "Messages that were stored from the broker's log",
      registers
    }),
    lost: new Counter({
      name: 'motience_dsm_lost_messages_total',
      help: "Offsets that neither PostgreSQL nor the broker's log has",
      registers
    }),
    commitMessages: new Histogram({
      name: 'motience_dsm_commit_messages',
      help: 'Messages of one commit',
      buckets: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000],
      registers
    }),
    commitSeconds: new Histogram({
      name: 'motience_dsm_commit_seconds',
      help: 'Seconds that a commit took',
      buckets: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 5],
      registers
    }),
    commitFailures: new Counter({
      name: 'motience_dsm_commit_failures_total',
      help: 'Commits that failed and were repeated',
      registers
    }),
    acceptSeconds: new Histogram({
      name: 'motience_dsm_accept_seconds',
      help: "Seconds from a request's messages coming in to their answer",
      buckets: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 5],
      registers
    }),
    brokerMessages: new Histogram({
      name: 'motience_dsm_broker_call_messages',
      help: 'Messages of one producer in one call of the broker',
      buckets: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000],
      registers
    }),
    fanOut: new Histogram({
      name: 'motience_dsm_fan_out_subscribers',
      help: 'Subscribers that a message was published to',
      buckets: [0, 1, 2, 5, 10, 50, 100, 500, 1000],
      registers
    }),
    historyMessages: new Counter({
      name: 'motience_dsm_history_messages_total',
      help: 'Messages that were read from history',
      registers
    }),
    droppedPartitions: new Counter({
      name: 'motience_dsm_dropped_partitions_total',
      help: 'Days of history that retention dropped',
      registers
    }),
    pending: new Gauge({
      name: 'motience_dsm_pending_messages',
      help: 'Messages that wait for the broker or the database',
      registers,
      collect () {
        this.set(pending())
      }
    }),
    lanes: new Gauge({
      name: 'motience_dsm_lanes',
      help: 'Producers whose lanes are kept',
      registers,
      collect () {
        this.set(lanes())
      }
    })
  }
}

export type DsmMetrics = ReturnType<typeof createDsmMetrics>

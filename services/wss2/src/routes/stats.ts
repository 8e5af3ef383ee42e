import { addStatsRoute, statsCount, type ServiceApp } from '@motience/kit'
import type { ConsumerMetrics } from '../metrics.js'

const counts = {
  connections: statsCount('Open WebSockets'),
  consumers: statsCount('Distinct consumers connected'),
  deliveries: statsCount('Messages sent'),
  bytes: statsCount('Bytes of the messages sent'),
  queued_messages: statsCount('Messages in the send queues of slow consumers'),
  queued_bytes: statsCount('Bytes in the send queues of slow consumers'),
  dropped: statsCount('Messages dropped for slow consumers'),
  gaps: statsCount('`gap` frames sent'),
  resumes: statsCount('Producers resumed'),
  unrecovered: statsCount('Producers resumed whose log no longer reached back to the position')
}

interface StatsDependencies { metrics: ConsumerMetrics, connections: () => number, consumers: () => number }

/** Adds `GET /stats`. */
export const registerStatsRoute = (
  app: ServiceApp,
  { metrics, connections, consumers }: StatsDependencies
): void => addStatsRoute(app, counts, () => {
  const { totals, queued } = metrics
  return {
    connections: connections(),
    consumers: consumers(),
    deliveries: totals.deliveries,
    bytes: totals.bytes,
    queued_messages: queued.messages,
    queued_bytes: queued.bytes,
    dropped: totals.dropped,
    gaps: totals.gaps,
    resumes: totals.resumes,
    unrecovered: totals.unrecovered
  }
})

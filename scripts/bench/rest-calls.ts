import autocannon from 'autocannon'
import { createAccount, subscribe } from '../fleet/accounts.js'
import type { Fleet } from '../fleet/fleet.js'

/** One REST call under load. Latencies in milliseconds. */
export interface RestFigure { call: string, requestsPerSecond: number, p50: number, p99: number, failed: number }

const CONNECTIONS = 10

/** Loads one call after the other for `seconds` each. */
export const benchRest = async (fleet: Fleet, seconds: number): Promise<RestFigure[]> => {
  const producer = await createAccount(fleet.urls.ap, 'bench-rest-producer', 'producer')
  for (let i = 0; i < 10; i++) {
    await subscribe(
      fleet.urls.sm,
      await createAccount(fleet.urls.ap, `bench-rest-consumer-${i}`, 'consumer'),
      producer.user.id
    )
  }
  const headers = { authorization: `Bearer ${producer.token}`, 'content-type': 'application/json' }
  const calls: { call: string, options: autocannon.Options }[] = [
    { call: 'GET /api/auth/verify', options: { url: `${fleet.urls.ap}/api/auth/verify`, headers } },
    {
      call: 'GET /api/subscribers/:id',
      options: { url: `${fleet.urls.sm}/api/subscribers/${producer.user.id}`, headers }
    },
    {
      call: 'POST /api/data',
      options: {
        url: `${fleet.urls.dsm}/api/data`,
        method: 'POST',
        headers,
        body: JSON.stringify({
          producer_id: producer.user.id,
          payload: { cpu: { usage: 12.5 }, memory: { used: 1234567 } }
        })
      }
    }
  ]
  const figures: RestFigure[] = []
  for (const { call, options } of calls) {
    const result = await autocannon({ ...options, connections: CONNECTIONS, duration: seconds })
    figures.push({
      call,
      requestsPerSecond: Math.round(result.requests.average),
      p50: result.latency.p50,
      p99: result.latency.p99,
      failed: result.non2xx + result.errors
    })
  }
  return figures
}

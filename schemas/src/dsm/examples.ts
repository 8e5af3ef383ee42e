import type { Envelope } from '../message.js'
import type { Accepted, DataBody, HistoryPage, InfluxError, Series } from './index.js'

/** Examples of DSM's requests and responses, for its routes. */
const payload = { temperature: 21.4, humidity: 48 }

export const message: DataBody = {
  producer_id: 7,
  device_id: 'attic-pi',
  id: 'reading-1042',
  session: '2026-01-31T08:00:00Z',
  seq: 1042,
  timestamp: '2026-01-31T08:30:00.000Z',
  payload
}

export const accepted: Accepted = {
  producer_id: 7,
  epoch: 1,
  offset: 1042,
  subscriberCount: 2,
  duplicate: false,
  received_at: '2026-01-31T08:30:00.041Z'
}

export const envelope: Envelope = {
  type: 'data',
  producer_id: 7,
  device_id: 'attic-pi',
  epoch: 1,
  offset: 1042,
  id: 'reading-1042',
  session: '2026-01-31T08:00:00Z',
  seq: 1042,
  timestamp: '2026-01-31T08:30:00.000Z',
  received_at: '2026-01-31T08:30:00.041Z',
  payload
}

export const ndjson = `${JSON.stringify(envelope)}\n`

export const csv = [
  'producer_id,device_id,epoch,offset,id,session,seq,timestamp,clock_offset_ms,received_at,payload\r\n',
  '7,attic-pi,1,1042,reading-1042,2026-01-31T08:00:00Z,1042,2026-01-31T08:30:00.000Z,,2026-01-31T08:30:00.041Z,',
  '"{""temperature"":21.4,""humidity"":48}"\r\n'
].join('')

const point = { t: '2026-01-31T08:30:00.000Z', count: 60, min: 21.1, max: 21.6, avg: 21.38, last: 21.4 }

export const page: HistoryPage = { items: [envelope], next_cursor: null, complete: true }

export const series: Series = {
  field: 'payload.temperature',
  bucket: '60s',
  kind: 'number',
  kinds: { number: 60, boolean: 0, string: 0 },
  points: [point]
}

export const lines = 'climate,device=attic-pi,room=attic temperature=21.4,humidity=48i 1769848200000000000\n'

export const influxError: InfluxError = {
  code: 'invalid',
  message: 'partial write: 1 of 2 lines refused: line 2: missing fields',
  line: 2,
  accepted: 1,
  refused: 1,
  errors: [{ line: 2, message: 'missing fields' }]
}

export const otlpRequest = {
  resourceMetrics: [{
    resource: { attributes: [{ key: 'host.name', value: { stringValue: 'attic-pi' } }] },
    scopeMetrics: [{
      metrics: [{
        name: 'room.temperature',
        unit: 'Cel',
        gauge: { dataPoints: [{ timeUnixNano: '1769848200000000000', asDouble: 21.4 }] }
      }]
    }]
  }]
}

export const senmlPack = [
  { bn: 'urn:dev:ow:10e2073a01080063:', bt: 1769848200, n: 'temperature', u: 'Cel', v: 21.4 },
  { n: 'humidity', u: '%RH', v: 48 }
]

import { Type } from '@sinclair/typebox'
import { bearer, problems, withExample } from '../route.js'
import * as examples from './examples.js'
import {
  AcceptedSchema, DataBatchBodySchema, DataBatchResultSchema, DataParamsSchema, HistoryPageSchema,
  HistoryQuerySchema, SentDataBodySchema, SeriesQuerySchema, SeriesSchema
} from './index.js'

export * from './door-routes.js'

const guarded = ['MOT_UNAUTHORIZED', 'MOT_TOKEN_EXPIRED', 'MOT_TOKEN_REVOKED', 'MOT_FORBIDDEN'] as const

export const postDataRoute = {
  method: 'POST',
  url: '/api/data',
  schema: {
    operationId: 'postData',
    tags: ['data'],
    summary: 'Send a message; returns when it is stored and published',
    security: bearer,
    body: withExample(SentDataBodySchema, examples.message),
    response: {
      200: withExample(AcceptedSchema, examples.accepted),
      ...problems(...guarded, 'MOT_DSM_BAD_PAYLOAD', 'MOT_DSM_PAYLOAD_TOO_LARGE', 'MOT_DSM_SEQ_PASSED')
    }
  }
} as const

export const postDataBatchRoute = {
  method: 'POST',
  url: '/api/data/batch',
  schema: {
    operationId: 'postDataBatch',
    tags: ['data'],
    summary: 'Send up to 1,000 messages; returns one result per message, in order',
    security: bearer,
    body: withExample(DataBatchBodySchema, { messages: [examples.message] }),
    response: {
      200: withExample(DataBatchResultSchema, { results: [examples.accepted] }),
      ...problems(...guarded, 'MOT_BODY_TOO_LARGE')
    }
  }
} as const

const NdjsonSchema = Type.String({ description: 'One envelope per line' })
const CsvSchema = Type.String({ description: 'A header line, then one message per line with its payload as JSON' })

/** Depending on `Accept`: a page as JSON, or the whole range streamed as NDJSON (`application/x-ndjson`) or CSV. */
export const historyRoute = {
  method: 'GET',
  url: '/api/data/:producerId',
  schema: {
    operationId: 'getData',
    tags: ['history'],
    summary:
      "Read a producer's messages in the order of its log or of device time, by page or streamed as NDJSON or CSV",
    security: bearer,
    params: withExample(DataParamsSchema, { producerId: 7 }),
    querystring: withExample(HistoryQuerySchema, { limit: 100 }),
    response: {
      200: {
        description: 'A page as JSON; the whole range as NDJSON or CSV, up to `limit` if given',
        headers: {
          'motience-complete': Type.Boolean({ description: 'For streams: equivalent to `complete` on a page' }),
          'motience-up-to': Type.String({
            description: 'For streams: the position at which it ends, `<epoch>-<offset>`; continue with `after`'
          })
        },
        content: {
          'application/json': { schema: withExample(HistoryPageSchema, examples.page) },
          'application/x-ndjson': { schema: withExample(NdjsonSchema, examples.ndjson) },
          'text/csv': { schema: withExample(CsvSchema, examples.csv) }
        }
      },
      ...problems(...guarded, 'MOT_DSM_NOT_SUBSCRIBED')
    }
  }
} as const

export const seriesRoute = {
  method: 'GET',
  url: '/api/data/:producerId/series',
  schema: {
    operationId: 'getSeries',
    tags: ['history'],
    summary: 'Aggregate one payload field over time: numbers, booleans or strings',
    security: bearer,
    params: withExample(DataParamsSchema, { producerId: 7 }),
    querystring: withExample(SeriesQuerySchema, { field: 'payload.temperature', bucket: '60s' }),
    response: { 200: withExample(SeriesSchema, examples.series), ...problems(...guarded, 'MOT_DSM_NOT_SUBSCRIBED') }
  }
} as const

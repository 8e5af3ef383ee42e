import { Type } from '@sinclair/typebox'
import { bearer, problems } from '../route.js'
import {
  AcceptedSchema, DataBatchBodySchema, DataBatchResultSchema, DataBodySchema, DataParamsSchema, HistoryPageSchema,
  HistoryQuerySchema, SeriesQuerySchema, SeriesSchema
} from './index.js'

const guarded = ['MOT_UNAUTHORIZED', 'MOT_TOKEN_EXPIRED', 'MOT_TOKEN_REVOKED', 'MOT_FORBIDDEN'] as const

export const postDataRoute = {
  method: 'POST',
  url: '/api/data',
  schema: {
    operationId: 'postData',
    tags: ['data'],
    summary: 'Send one message; the answer comes when it is kept and published',
    security: bearer,
    body: DataBodySchema,
    response: { 200: AcceptedSchema, ...problems(...guarded, 'MOT_DSM_BAD_PAYLOAD', 'MOT_DSM_PAYLOAD_TOO_LARGE', 'MOT_DSM_SEQ_PASSED') }
  }
} as const

export const postDataBatchRoute = {
  method: 'POST',
  url: '/api/data/batch',
  schema: {
    operationId: 'postDataBatch',
    tags: ['data'],
    summary: 'Send up to 1,000 messages; one result each, in order',
    security: bearer,
    body: DataBatchBodySchema,
    response: { 200: DataBatchResultSchema, ...problems(...guarded, 'MOT_BODY_TOO_LARGE') }
  }
} as const

/** By `Accept`: a page as JSON, or everything asked for as NDJSON (`application/x-ndjson`) or CSV (`text/csv`), streamed. */
export const historyRoute = {
  method: 'GET',
  url: '/api/data/:producerId',
  schema: {
    operationId: 'getData',
    tags: ['history'],
    summary: 'What a producer sent, in the order of its log or of the device\'s time; `application/x-ndjson` and `text/csv` are streamed whole',
    security: bearer,
    params: DataParamsSchema,
    querystring: HistoryQuerySchema,
    response: {
      200: {
        description: 'A page as JSON; as NDJSON or CSV everything that was asked for, up to `limit` if there is one',
        headers: {
          'motience-complete': { description: 'Of a stream: what `complete` is on a page', schema: Type.Boolean() },
          'motience-up-to': { description: 'Of a stream: the place at which it ends, `<epoch>-<offset>`; `after` goes on from there', schema: Type.String() }
        },
        content: {
          'application/json': { schema: HistoryPageSchema },
          'application/x-ndjson': { schema: Type.String({ description: 'One envelope a line' }) },
          'text/csv': { schema: Type.String({ description: 'A head, and one message a line with the payload as JSON' }) }
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
    summary: 'One field of the payloads in buckets of time: numbers, booleans or strings',
    security: bearer,
    params: DataParamsSchema,
    querystring: SeriesQuerySchema,
    response: { 200: SeriesSchema, ...problems(...guarded, 'MOT_DSM_NOT_SUBSCRIBED') }
  }
} as const

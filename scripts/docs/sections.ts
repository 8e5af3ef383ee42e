import type { TSchema } from '@sinclair/typebox'
import * as schemas from '../../schemas/src/index.js'
import { table } from './table.js'

/** The type of a schema in words. */
const typeOf = (schema: TSchema): string => {
  if (Array.isArray(schema.anyOf)) return (schema.anyOf as TSchema[]).map(typeOf).join(' \\| ')
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``
  if (schema.type === 'array') return `array of ${typeOf(schema.items as TSchema)}`
  if (typeof schema.$id === 'string') return schema.$id
  return String(schema.type ?? 'any')
}

const boundsOf = (schema: TSchema): string =>
  [
    schema.minimum !== undefined || schema.maximum !== undefined
      ? `${schema.minimum ?? ''}–${schema.maximum ?? ''}`
      : '',
    schema.minLength !== undefined || schema.maxLength !== undefined
      ? `${schema.minLength ?? 0}–${schema.maxLength ?? ''} characters`
      : '',
    schema.minItems !== undefined || schema.maxItems !== undefined
      ? `${schema.minItems ?? 0}–${schema.maxItems ?? ''} items`
      : ''
  ]
    .filter(Boolean)
    .join(', ')

const environments: readonly (readonly [string, Record<string, TSchema>])[] = [
  ['all', schemas.commonEnv],
  ['all', schemas.addressEnv],
  ['all', schemas.databaseEnv],
  ['all', schemas.brokerEnv],
  ['AP', schemas.apEnv],
  ['SM', schemas.smEnv],
  ['DSM', schemas.dsmEnv],
  ['WSS1', schemas.wss1Env],
  ['WSS2', schemas.wss2Env],
  ['MQTT', schemas.mqttEnv],
  ['WSS1, WSS2', schemas.webEnv],
  ['agent', schemas.agentEnv]
]

/** Every environment variable with its type and default. */
export const configurationTable = (): string =>
  table(
    ['variable', 'read by', 'type', 'default', 'meaning'],
    environments.flatMap(([service, variables]) =>
      Object.entries(variables).map(([name, schema]) => [
        `\`${name}\``,
        service,
        [typeOf(schema).replaceAll('\\|', '|'), boundsOf(schema)].filter(Boolean).join(', '),
        schema.default === undefined || schema.default === '' ? '' : `\`${String(schema.default)}\``,
        schema.description ?? ''
      ])
    )
  )

/** Every code of the catalogue. */
export const errorTable = (): string =>
  table(
    ['code', 'status', 'title', 'what to do'],
    Object.entries(schemas.problemKinds).map(([code, { status, title, action }]) => [
      `<a id="${code.toLowerCase()}"></a>\`${code}\``,
      String(status),
      title,
      action
    ])
  )

/** The fields of one frame. */
const frameTable = (title: string, schema: TSchema): string => {
  const required = new Set((schema.required ?? []) as string[])
  const rows = Object.entries((schema.properties ?? {}) as Record<string, TSchema>).map(([name, field]) => [
    `\`${name}\`${required.has(name) ? '' : '?'}`,
    [typeOf(field), boundsOf(field)].filter(Boolean).join(', '),
    field.description ?? ''
  ])
  return `#### ${title}\n\n${table(['field', 'type', 'meaning'], rows)}`
}

/** What producers and WSS1 say to each other. */
export const producerFrames = (): string => [
  frameTable('server: `welcome`', schemas.ProducerWelcomeFrameSchema),
  frameTable('producer: `data`', schemas.DataFrameSchema),
  frameTable('producer: `batch`', schemas.BatchFrameSchema),
  frameTable('server: `ack`', schemas.AckFrameSchema),
  frameTable('server: `ack` of a batch', schemas.BatchAckFrameSchema),
  frameTable('server: `error`', schemas.ErrorFrameSchema),
  frameTable('producer: `auth`', schemas.AuthFrameSchema),
  frameTable('server: `authenticated`', schemas.AuthenticatedFrameSchema)
].join('\n\n')

/** What consumers and WSS2 say to each other. */
export const consumerFrames = (): string => [
  frameTable('server: `welcome`', schemas.ConsumerWelcomeFrameSchema),
  frameTable('server: `data`, the envelope', schemas.EnvelopeSchema),
  frameTable('consumer: `resume`', schemas.ResumeFrameSchema),
  frameTable('server: `resumed`', schemas.ResumedFrameSchema),
  frameTable('server: `subscribed`', schemas.SubscribedFrameSchema),
  frameTable('server: `unsubscribed`', schemas.UnsubscribedFrameSchema),
  frameTable('server: `gap`', schemas.GapFrameSchema)
].join('\n\n')

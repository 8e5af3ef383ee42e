import { Type, type Static } from '@sinclair/typebox'
import { DeviceIdSchema, KEY_PATTERN, agentEnv } from '@motience/schemas'
import { sensorNames } from '../sensors/index.js'

const Duration = (description: string) =>
  Type.Union([Type.String({ minLength: 1, maxLength: 20 }), Type.Number({ minimum: 0 })], { description })
const Size = (description: string) =>
  Type.Union([Type.String({ minLength: 1, maxLength: 20 }), Type.Integer({ minimum: 0 })], { description })
const Path = Type.String({ minLength: 1, maxLength: 4096 })
const strict = { additionalProperties: false }

/** Name of a source's group in the payload; dots would split the path of a series. */
const SourceName = Type.String({ pattern: '^[A-Za-z0-9_-]{1,64}$' })

const common = {
  name: SourceName,
  every: Type.Optional(Duration('Interval at which it is read')),
  timeout: Type.Optional(Duration('Maximum time that one reading may take'))
}
/** Format of text: JSON, one number, or `key=value` lines. */
const Format = Type.Optional(
  Type.Union([
    Type.Literal('auto'),
    Type.Literal('json'),
    Type.Literal('number'),
    Type.Literal('pairs'),
    Type.Literal('text')
  ])
)

export const CommandSourceSchema = Type.Object(
  {
    ...common,
    type: Type.Literal('command'),
    command: Type.Array(Type.String(), { minItems: 1, maxItems: 100 }),
    format: Format
  },
  strict
)
export const FileSourceSchema = Type.Object(
  { ...common, type: Type.Literal('file'), path: Path, format: Format, scale: Type.Optional(Type.Number()) },
  strict
)
export const HttpSourceSchema = Type.Object(
  {
    ...common,
    type: Type.Literal('http'),
    url: Type.String({ pattern: '^https?://' }),
    headers: Type.Optional(Type.Record(Type.String(), Type.String())),
    format: Format
  },
  strict
)
export const PrometheusSourceSchema = Type.Object(
  {
    ...common,
    type: Type.Literal('prometheus'),
    url: Type.String({ pattern: '^https?://' }),
    metrics: Type.Optional(Type.Array(Type.String(), { maxItems: 200 }))
  },
  strict
)
export const ModuleSourceSchema = Type.Object({ ...common, type: Type.Literal('module'), path: Path }, strict)
export const SourceSchema = Type.Union([
  CommandSourceSchema, FileSourceSchema, HttpSourceSchema, PrometheusSourceSchema, ModuleSourceSchema
])
export type SourceConfig = Static<typeof SourceSchema>

/** The configuration file. Everything is optional: the environment, flags and defaults fill in the rest. */
export const ConfigFileSchema = Type.Object(
  {
    device_id: Type.Optional(DeviceIdSchema),
    username: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
    password: Type.Optional(Type.String({ minLength: 1, maxLength: 128 })),
    password_file: Type.Optional(Path),
    device_key: Type.Optional(Type.String({ pattern: KEY_PATTERN.source })),
    auth_url: Type.Optional(Type.String({ pattern: '^https?://' })),
    websocket_url: Type.Optional(Type.String({ pattern: '^wss?://' })),
    interval: Type.Optional(Duration(agentEnv.SEND_INTERVAL_SECS.description!)),
    sensors: Type.Optional(Type.Array(Type.Union(sensorNames.map(name => Type.Literal(name))), { uniqueItems: true })),
    sources: Type.Optional(Type.Array(SourceSchema, { maxItems: 100 })),
    buffer: Type.Optional(
      Type.Object(
        {
          dir: Type.Optional(Path),
          max: Type.Optional(Size('Maximum size on disk, at least 1MiB')),
          fsync: Type.Optional(
            Type.Union([Type.Literal('each'), Duration('Maximum time of readings that a power failure may lose')])
          )
        },
        strict
      )
    ),
    drain_rate: Type.Optional(Type.Number({ minimum: 1, maximum: 100_000 })),
    compression: Type.Optional(Type.Boolean()),
    report: Type.Optional(Type.Union([Type.Literal('all'), Type.Literal('changes')])),
    changes: Type.Optional(
      Type.Object(
        {
          full_every: Type.Optional(Duration('Interval at which everything is sent, changed or not')),
          thresholds: Type.Optional(
            Type.Record(
              Type.String({ minLength: 1, maxLength: 200 }),
              Type.Union([Type.Number({ minimum: 0 }), Type.String({ pattern: '^\\d+(\\.\\d+)?%$' })])
            )
          )
        },
        strict
      )
    ),
    aggregate: Type.Optional(
      Type.Object(
        {
          every: Duration('Interval that is combined into one reading'),
          functions: Type.Optional(
            Type.Array(
              Type.Union(
                ['min', 'mean', 'max', 'last'].map(name => Type.Literal(name as 'min' | 'mean' | 'max' | 'last'))
              ),
              { minItems: 1, uniqueItems: true }
            )
          )
        },
        strict
      )
    ),
    metrics: Type.Optional(
      Type.Object({ port: Type.Integer({ minimum: 0, maximum: 65535 }), host: Type.Optional(Type.String()) }, strict)
    ),
    status_socket: Type.Optional(Path),
    stopped_retry: Type.Optional(
      Duration('Interval at which an agent that the platform rejected tries again; 0: never')
    ),
    log_level: Type.Optional(
      Type.Union([Type.Literal('error'), Type.Literal('warn'), Type.Literal('info'), Type.Literal('debug')])
    )
  },
  strict
)
export type ConfigFile = Static<typeof ConfigFileSchema>

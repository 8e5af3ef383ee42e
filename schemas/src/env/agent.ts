import { Type, type Static } from '@sinclair/typebox'

/** Variables of the agent; its configuration file can say all of this and more. */
export const agentEnv = {
  DEVICE_ID: Type.Optional(Type.String({ description: 'Name of this device; the host\'s name if not given' })),
  USERNAME: Type.Optional(Type.String({ description: 'Name of the producer\'s account' })),
  PASSWORD: Type.Optional(Type.String({ description: 'Its password' })),
  AUTH_URL: Type.Optional(
    Type.String({ pattern: '^https?://', default: 'http://127.0.0.1:3001', description: 'Where AP is' })
  ),
  WEBSOCKET_URL: Type.Optional(
    Type.String({ pattern: '^wss?://', default: 'ws://127.0.0.1:8001/producer', description: 'Where WSS1 is' })
  ),
  SEND_INTERVAL_SECS: Type.Optional(
    Type.Number({ minimum: 0.05, maximum: 86400, default: 1, description: 'Seconds between readings' })
  )
}
export const AgentEnvSchema = Type.Object(agentEnv)
export type AgentEnv = Static<typeof AgentEnvSchema>

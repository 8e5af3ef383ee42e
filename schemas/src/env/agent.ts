import { Type, type Static } from '@sinclair/typebox'

/** Variables of the agent; its configuration file covers all of them and more. */
export const agentEnv = {
  DEVICE_ID: Type.Optional(Type.String({ description: 'Name of this device; defaults to the host name' })),
  USERNAME: Type.Optional(Type.String({ description: 'Username of the producer account' })),
  PASSWORD: Type.Optional(Type.String({ description: 'Password of the producer account' })),
  DEVICE_KEY: Type.Optional(Type.String({ description: 'Key of this device, instead of an account' })),
  AUTH_URL: Type.Optional(
    Type.String({ pattern: '^https?://', default: 'http://127.0.0.1:3001', description: 'URL of AP' })
  ),
  WEBSOCKET_URL: Type.Optional(
    Type.String({ pattern: '^wss?://', default: 'ws://127.0.0.1:8001/producer', description: 'WebSocket URL of WSS1' })
  ),
  SEND_INTERVAL_SECS: Type.Optional(
    Type.Number({ minimum: 0.05, maximum: 86400, default: 1, description: 'Interval between readings, in seconds' })
  )
}
export const AgentEnvSchema = Type.Object(agentEnv)
export type AgentEnv = Static<typeof AgentEnvSchema>

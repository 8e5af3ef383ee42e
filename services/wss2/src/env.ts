export { Wss2EnvSchema, type Wss2Env } from '@motience/schemas'

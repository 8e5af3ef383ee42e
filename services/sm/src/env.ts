export { SmEnvSchema, type SmEnv } from '@motience/schemas'

export { ApEnvSchema, type ApEnv } from '@motience/schemas'

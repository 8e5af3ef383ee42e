import { readEnv, runService } from '@motience/kit'
import { CommonEnvSchema } from '@motience/schemas'
import { startPlatform, type Platform } from './start-platform.js'

const summary = ({ urls, storage, broker }: Platform): string => {
  const rows = [
    ['AP    authentication', `${urls.ap}/api-docs`],
    ['SM    subscriptions', `${urls.sm}/api-docs`],
    ['DSM   data and history', `${urls.dsm}/api-docs`],
    ['WSS1  producers', urls.producer],
    ['      producer page', urls.producerPage],
    ['WSS2  consumers', urls.consumer],
    ['      consumer page', urls.consumerPage],
    ['MQTT  devices and consumers', urls.mqtt],
    ['      over WebSocket', urls.mqttWebSocket]
  ] as const
  const width = Math.max(...rows.map(([name]) => name.length)) + 2
  const database = storage === 'embedded' ? 'embedded' : 'PostgreSQL'
  return [
    '',
    'Motience is ready.',
    '',
    ...rows.map(([name, url]) => `  ${name.padEnd(width)}${url}`),
    '',
    `Database: ${database}. Broker: ${broker === 'memory' ? 'in memory' : 'Redis'}. Press Ctrl-C to stop.`,
    ''
  ].join('\n')
}

/**
 * Runs the platform as the process's main thing, and prints its addresses. SIGINT or SIGTERM stop it within `DRAIN_MS`
 * and a little (exit code 0, else 1); a second signal exits immediately.
 */
export const runPlatform = async (): Promise<void> => {
  const platform = await runService({
    name: 'Motience',
    service: 'platform',
    env: () => readEnv(CommonEnvSchema, { ...process.env, LOG_LEVEL: process.env['LOG_LEVEL'] || 'warn' }),
    start: async () => {
      const started = await startPlatform()
      return {
        ...started,
        close: async () => {
          process.stdout.write('\nStopping…\n')
          await started.close()
          process.stdout.write('Stopped.\n')
        }
      }
    }
  })
  process.stdout.write(`${summary(platform)}\n`)
}

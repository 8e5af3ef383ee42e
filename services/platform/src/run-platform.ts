import { startPlatform, type Platform } from './start-platform.js'

const summary = ({ urls, storage, broker }: Platform): string => {
  const rows = [
    ['AP    authentication', `${urls.ap}/api-docs`],
    ['SM    subscriptions', `${urls.sm}/api-docs`],
    ['DSM   data and history', `${urls.dsm}/api-docs`],
    ['WSS1  producers', urls.producer],
    ['      producer page', urls.producerPage],
    ['WSS2  consumers', urls.consumer],
    ['      consumer page', urls.consumerPage]
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

/** Runs the platform until SIGINT or SIGTERM, and prints its addresses; a second SIGINT exits immediately. */
export const runPlatform = async (): Promise<void> => {
  const platform = await startPlatform()
  process.stdout.write(`${summary(platform)}\n`)
  await new Promise(resolve => {
    process.once('SIGINT', resolve)
    process.once('SIGTERM', resolve)
  })
  process.once('SIGINT', () => process.exit(130))
  process.stdout.write('\nStopping…\n')
  await platform.close()
  process.stdout.write('Stopped.\n')
}

import { build, install } from './prepare.mjs'

/** `npm start`: installs and builds if need be, starts everything in one process, stops cleanly on Ctrl-C. */
const table = ({ urls, storage, broker }) => {
  const rows = [
    ['AP   signs people and devices in', `${urls.ap}/api-docs`],
    ['SM   keeps subscriptions', `${urls.sm}/api-docs`],
    ['DSM  accepts and keeps data', `${urls.dsm}/api-docs`],
    ['WSS1 takes producers\' data', urls.producer],
    ['     the producer\'s page', urls.producerPage],
    ['WSS2 serves consumers', urls.consumer],
    ['     the consumer\'s page', urls.consumerPage]
  ]
  const width = Math.max(...rows.map(([name]) => name.length)) + 2
  return [
    '',
    'Motience is ready.',
    '',
    ...rows.map(([name, url]) => `  ${name.padEnd(width)}${url}`),
    '',
    `Database: ${storage === 'embedded' ? 'embedded' : 'PostgreSQL'}. Broker: ${broker === 'memory' ? 'in memory' : 'Redis'}. Ctrl-C stops it.`,
    ''
  ].join('\n')
}

const main = async () => {
  await install()
  await build()
  const { startPlatform } = await import('@motience/platform')
  const platform = await startPlatform()
  console.log(table(platform))

  await new Promise(resolve => {
    process.once('SIGINT', resolve)
    process.once('SIGTERM', resolve)
  })
  process.once('SIGINT', () => process.exit(130))
  console.log('\nStopping…')
  await platform.close()
  console.log('Stopped.')
}

try {
  await main()
  process.exitCode = 0
} catch (error) {
  console.error(`Motience could not start: ${error.message}`)
  process.exitCode = 1
}

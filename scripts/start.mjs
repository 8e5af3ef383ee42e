import { build, install } from './prepare.mjs'

// `npm start`: installs and builds if necessary, then runs the built platform, which starts faster than its sources.
try {
  await install()
  await build()
} catch (error) {
  console.error(`Motience can't start: ${error.message}`)
  process.exit(1)
}
const { runPlatform } = await import('@motience/platform')
await runPlatform()

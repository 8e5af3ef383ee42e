import { build, install } from './prepare.mjs'

// `npm start`: installs and builds if necessary, then runs the built platform, which starts faster than its sources.
try {
  await install()
  await build()
  const { runPlatform } = await import('@motience/platform')
  await runPlatform()
} catch (error) {
  console.error(`Motience could not start: ${error.message}`)
  process.exitCode = 1
}

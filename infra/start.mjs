/**
 * The program of the images and of infra/systemd/motience.service: runs one service, the whole platform or the agent,
 * as SERVICE says, from packages that are built already. Arguments are the agent's.
 */
import { realpathSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const PROGRAMS = {
  ap: 'services/ap/dist/server.js',
  sm: 'services/sm/dist/server.js',
  dsm: 'services/dsm/dist/server.js',
  wss1: 'services/wss1/dist/server.js',
  wss2: 'services/wss2/dist/server.js',
  mqtt: 'services/mqtt/dist/server.js',
  agent: 'agent/bin/motience-agent.js'
}

const runPlatform = async () => {
  try {
    await (await import('@motience/platform')).runPlatform()
  } catch (error) {
    console.error(`Motience could not start: ${error.message}`)
    process.exitCode = 1
  }
}

/** A service starts itself where it is the program that Node was started with. */
const runProgram = async path => {
  process.argv[1] = realpathSync(fileURLToPath(new URL(`../${path}`, import.meta.url)))
  await import(process.argv[1])
}

const { SERVICE = '' } = process.env
if (SERVICE === 'platform') {
  await runPlatform()
} else if (Object.hasOwn(PROGRAMS, SERVICE)) {
  await runProgram(PROGRAMS[SERVICE])
} else {
  console.error(`SERVICE must be platform, ${Object.keys(PROGRAMS).join(', ')}, not '${SERVICE}'`)
  process.exitCode = 78
}

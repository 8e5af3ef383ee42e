import { runSource } from './prepare.mjs'

/**
 * `node scripts/launch.mjs FILE …` installs and builds if necessary, then runs a TypeScript file of this folder:
 * `npm run demo`, `npm run bench` and their like.
 */
const [file, ...args] = process.argv.slice(2)
process.exitCode = await runSource(file, args)

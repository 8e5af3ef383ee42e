import { build, install, run } from './prepare.mjs'

await install()
await build()
await run(process.execPath, ['--import', 'tsx', 'scripts/proofs/main.ts', ...process.argv.slice(2)])

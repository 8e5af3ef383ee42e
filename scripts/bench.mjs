import { build, install, run } from './prepare.mjs'

await install()
await build()
const [part, ...rest] = process.argv.slice(2)
const [file, options] = part === 'fan-out' ? ['fan-out/main.ts', rest] : ['main.ts', process.argv.slice(2)]
await run(process.execPath, ['--import', 'tsx', `scripts/bench/${file}`, ...options])

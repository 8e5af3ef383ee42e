import { main } from './main.js'

// The entry point; everything else is in `main`, which tests call.
process.exitCode = await main(process.argv.slice(2), {
  env: process.env,
  out: text => { process.stdout.write(text) },
  err: text => { process.stderr.write(text) }
})
// Open handles of a consumer or a custom module must not keep the process alive.
process.exit()

import { main } from './main.js'

// The program itself: everything else is in `main`, which a test can call.
process.exitCode = await main(process.argv.slice(2), {
  env: process.env,
  out: text => { process.stdout.write(text) },
  err: text => { process.stderr.write(text) }
})
// A consumer's or a module's leftovers must not hold a program that is done.
process.exit()

import { buildService, listen, readEnv, runService } from '../../src/service/index.js'
import { CommonEnvSchema } from '@motience/schemas'

const print = (line: string): void => { process.stdout.write(`${line}\n`) }

/**
 * A service for the tests of `runService`: `/slow` answers when the next request comes; `HANG` never stops, `THROW`
 * fails later.
 */
await runService({
  name: 'ap',
  env: () => readEnv(CommonEnvSchema),
  start: async env => {
    const app = await buildService('ap', { ready: {} })
    let finish = (): void => {}
    app.get('/slow', async (_request, reply) => {
      print('slow request came')
      await new Promise<void>(resolve => { finish = resolve })
      return await reply.send('done')
    })
    app.addHook('preClose', async () => { finish() })
    print(await listen(app, { host: env.HOST, port: env.AP_PORT, variable: 'AP_PORT' }))
    if (process.env['THROW'] !== undefined) setImmediate(() => { throw new Error('thrown later') })
    return {
      close: async () => {
        print('closing')
        if (process.env['HANG'] !== undefined) await new Promise(() => {})
        await app.close()
        print('closed')
      }
    }
  }
})

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { FakeWss1, tempDir } from '@motience/testing'
import type { Test } from 'tap'

/** Input and output of a command, kept for assertions. */
export const terminal = (env: NodeJS.ProcessEnv = {}) => {
  const io = {
    env: { ...env } as NodeJS.ProcessEnv,
    text: '',
    errors: '',
    out: (text: string) => {
      io.text += text
    },
    err: (text: string) => {
      io.errors += text
    }
  }
  return io
}

/** A fake platform, and the configuration of an agent that uses it. */
export const setUp = async (t: Test, more = '') => {
  const platform = await new FakeWss1().start()
  t.teardown(() => platform.stop())
  const dir = tempDir(t)
  const config = join(dir, 'agent.yaml')
  writeFileSync(
    config,
    [
      'device_id: pi-1', 'username: pi', 'password: long-secret', `auth_url: ${platform.authUrl}`,
      `websocket_url: ${platform.websocketUrl}`, 'interval: 100ms', `buffer: { dir: ${dir}/buffer }`,
      `status_socket: ${dir}/s`, more
    ].join('\n')
  )
  return { platform, dir, config }
}

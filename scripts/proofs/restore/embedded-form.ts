import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startPlatform } from '@motience/platform'
import { anyPorts } from '@motience/testing'
import { runDocumented } from './run-documented.js'
import { numbers, type RestorablePlatform, type RestoreForm } from './backup-and-restore.js'

/** The platform in this process, on what the environment names besides. */
export const inOneProcess = async (
  environment: Record<string, string>
): Promise<RestorablePlatform & { close: () => Promise<void> }> => {
  let platform: Awaited<ReturnType<typeof startPlatform>> | null = null
  const start = async () => {
    platform = await startPlatform({
      LOG_LEVEL: 'error',
      AP_LOGIN_RATE: '100000',
      SM_CHANGE_RATE: '100000',
      ...anyPorts,
      ...environment
    })
  }
  const stop = async () => {
    await platform?.close()
    platform = null
  }
  await start()
  return {
    get urls () {
      const { ap, sm, dsm, consumer } = platform!.urls
      return { ap, sm, dsm, consumer }
    },
    start,
    stop,
    close: stop
  }
}

interface EmbeddedForm { platform: RestorablePlatform, form: RestoreForm, remove: () => Promise<void> }

/**
 * The embedded default on a folder of its own, whose copy is put back. `afterRestore` takes the place of the command.
 */
export const embeddedForm = async (afterRestore?: (dataDir: string) => Promise<void>): Promise<EmbeddedForm> => {
  const folder = await mkdtemp(join(tmpdir(), 'motience-embedded-'))
  const variables = { DATA_DIR: join(folder, 'data'), BACKUPS: join(folder, 'backups') }
  await mkdir(variables.BACKUPS)
  const platform = await inOneProcess({ DATA_DIR: variables.DATA_DIR })
  const form: RestoreForm = {
    name: 'DATA_DIR put back',
    forgetsSubscriptions: true,
    keepsUpTo: numbers.backedUp,
    backUp: async () => {
      await platform.stop()
      await runDocumented('back up the embedded default', variables)
      await platform.start()
    },
    restore: async () => {
      await runDocumented('restore the embedded default', variables)
      if (afterRestore === undefined) await runDocumented('after a restore', variables)
      else await afterRestore(variables.DATA_DIR)
    }
  }
  return {
    platform,
    form,
    remove: async () => {
      await platform.close()
      await rm(folder, { recursive: true, force: true })
    }
  }
}

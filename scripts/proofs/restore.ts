import { embeddedForm } from './restore/embedded-form.js'
import { isClean, type RestoreSums } from './restore/ledger.js'
import { liveThrough, type RestorablePlatform, type RestoreForm } from './restore/backup-and-restore.js'
import { serverForms } from './restore/server-forms.js'
import { withFleet } from './with-fleet.js'

/**
 * Backs up and puts back in every form of docs/operations.md, with the commands as they are printed there, and keeps a
 * ledger: no place names two messages, whatever may be missing is announced, producers are accepted again, the revoked
 * see nothing, and what is acked after the restore is kept.
 */
export const restore = async (): Promise<void> => {
  const ledger: Record<string, RestoreSums> = {}
  const prove = async (platform: RestorablePlatform, form: RestoreForm): Promise<void> => {
    const { sums, clashes } = await liveThrough(platform, form)
    ledger[form.name] = sums
    console.log(`${isClean(sums) ? 'Held' : 'FAILED'}: ${form.name}`)
    for (const clash of clashes.slice(0, 5)) console.log(`  ${clash}`)
    if (!isClean(sums)) process.exitCode = 1
  }

  const embedded = await embeddedForm()
  try {
    await prove(embedded.platform, embedded.form)
  } finally {
    await embedded.remove()
  }
  await withFleet({ LOG_LEVEL: 'error' }, async ({ fleet, database, redis }) => {
    const platform: RestorablePlatform = {
      urls: fleet.urls,
      start: async () => { for (const instance of fleet.instances) await instance.start() },
      stop: async () => { await Promise.all(fleet.instances.map(instance => instance.kill())) }
    }
    for (const form of await serverForms({ database, redis })) await prove(platform, form)
  })

  for (const [name, sums] of Object.entries(ledger)) {
    console.log(`\n${name}`)
    console.table(sums)
  }
}

import { forgedTokens, sendAtUpgrade, sendInFrame } from '@motience/testing'
import t from 'tap'
import { startPlatform } from './support/platform.js'

t.test('forged tokens are refused at the upgrade and in `auth` frames', async t => {
  const { ap, urls: [url = ''] } = await startPlatform(t, 'memory')
  const good = await ap.issue({ role: 'consumer', userId: 7 })
  const forged = Object.entries(forgedTokens(good, ap.signer.privateKey))
  t.ok(forged.length >= 30, `${forged.length} shapes`)
  for (const [what, token] of forged) {
    for (const { entry, answer } of await sendAtUpgrade(url, token)) {
      t.strictSame(answer, { status: 401, code: 'MOT_UNAUTHORIZED' }, `${what}: ${entry}`)
    }
    const { answer } = await sendInFrame(url, good, token)
    t.strictSame(answer, { type: 'error', code: 'MOT_UNAUTHORIZED' }, `${what}: frame`)
  }
  t.strictSame((await sendAtUpgrade(url, good)).map(({ answer }) => answer), ['open', 'open', 'open'])
  t.equal((await sendInFrame(url, good, good)).answer, 'authenticated')
})

import { forgedTokens, sendAtUpgrade, sendInFrame } from '@motience/testing'
import t from 'tap'
import { start } from './support/start.js'

t.test('no forged token passes at an upgrade or in an `auth` frame', async t => {
  const { ap, wss1: { urls: { websocket: url } } } = await start(t)
  const good = await ap.issue({ role: 'producer', userId: 7 })
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

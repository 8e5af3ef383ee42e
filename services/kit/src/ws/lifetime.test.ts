import { once } from 'node:events'
import t from 'tap'
import { WebSocket } from 'ws'
import { waitFor } from '@motience/testing'
import { connect, refusal, startServer } from './test-server.js'

t.test('closes with 4009 a peer that does not answer pings', async t => {
  const { tokens, url, ended, server } = await startServer(t, { limits: { heartbeatMs: 40 } })
  tokens.issue('ann')
  const lively = await connect(url, 'ann')
  const silent = await connect(url, 'ann', { autoPong: false })
  let pings = 0
  lively.ws.on('ping', () => { pings++ })
  t.equal(await silent.closed, 4009)
  await waitFor(() => pings > 6)
  t.same(ended, [4009])
  t.equal(server.connections.size, 1)
})

t.test('frames count as answers', async t => {
  const { tokens, url, ended } = await startServer(t, { limits: { heartbeatMs: 100 } })
  const client = await connect(url, tokens.issue('ann'), { autoPong: false })
  let pings = 0
  client.ws.on('ping', () => {
    pings++
    client.send({ type: 'echo', text: 'here' })
  })
  await waitFor(() => pings > 5)
  t.same(ended, [])
})

t.test('keeps a connection whose reading is paused', async t => {
  const { tokens, url, opened, ended } = await startServer(t, { limits: { heartbeatMs: 30 } })
  tokens.issue('ann')
  const held = await connect(url, 'ann')
  opened[0]!.pauseReading()
  held.send({ type: 'echo', text: 'later' })
  const silent = await connect(url, 'ann', { autoPong: false })
  t.equal(await silent.closed, 4009)
  t.same(ended, [4009])
  t.equal(held.frames.length, 0)
  opened[0]!.resumeReading()
  await waitFor(() => held.frames.length === 1)
})

t.test('closes with 4001 when the token expires, unless it was renewed', async t => {
  const { tokens, url } = await startServer(t)
  tokens.issue('short', { expiresAt: Date.now() + 300 })
  tokens.issue('long')
  const expiring = await connect(url, 'short')
  const renewed = await connect(url, 'short')
  renewed.send({ type: 'auth', token: 'long' })
  t.equal(await expiring.closed, 4001)
  t.match(renewed.frames, [{ type: 'authenticated', expires_at: /T.*Z$/ }])
  renewed.send({ type: 'echo', text: 'still here' })
  await waitFor(() => renewed.frames.length === 2)
})

t.test('refuses an unsuitable token and keeps the old one; closes with 4003 if the role was lost', async t => {
  const { tokens, url } = await startServer(t)
  tokens.issue('bob', { userId: 2 })
  tokens.issue('role', { role: 'producer' })
  const client = await connect(url, tokens.issue('ann'))
  for (const token of ['forged', 'bob', 'down']) {
    const before = client.frames.length
    client.send({ type: 'auth', token })
    await waitFor(() => client.frames.length > before)
  }
  t.match(client.frames, [
    { code: 'MOT_UNAUTHORIZED' },
    { code: 'MOT_FORBIDDEN' },
    { code: 'MOT_UNAVAILABLE', retry_after_ms: 2000 }
  ])
  client.send({ type: 'auth', token: 'role' })
  t.equal(await client.closed, 4003)
})

t.test('verifies one token at a time', async t => {
  const { tokens, url } = await startServer(t)
  const client = await connect(url, tokens.issue('ann'))
  const release = tokens.hold()
  client.send({ type: 'auth', token: 'ann' })
  client.send({ type: 'auth', token: 'ann' })
  await waitFor(() => client.frames.length === 1)
  t.match(client.frames, [{ type: 'error', code: 'MOT_RATE_LIMITED' }])
  release()
  await waitFor(() => client.frames.length === 2)
  t.match(client.frames[1], { type: 'authenticated' })
})

t.test('closes revoked sessions with 4001 and disabled users with 4003', async t => {
  const { tokens, url } = await startServer(t)
  tokens.issue('one')
  tokens.issue('two')
  tokens.issue('bob', { userId: 2 })
  const [one, two, bob] = [await connect(url, 'one'), await connect(url, 'two'), await connect(url, 'bob')]
  tokens.revoke({ sid: 'sid-one', reason: 'revoked' })
  t.equal(await one.closed, 4001)
  t.equal(two.ws.readyState, WebSocket.OPEN)
  tokens.revoke({ userId: 1, reason: 'disabled' })
  t.equal(await two.closed, 4003)
  t.equal(bob.ws.readyState, WebSocket.OPEN)
})

t.test('a session revoked while its token is verified is neither admitted nor renewed', async t => {
  const { tokens, url } = await startServer(t)
  const client = await connect(url, tokens.issue('ann'))
  tokens.issue('bob', { userId: 2 })
  tokens.issue('ann-again')
  const release = tokens.hold()
  const answer = refusal(`${url}?token=bob`)
  client.send({ type: 'auth', token: 'ann-again' })
  await waitFor(() => tokens.waiting() === 2)
  tokens.revoke({ userId: 2, reason: 'revoked' })
  tokens.revoke({ sid: 'sid-ann-again', reason: 'revoked' })
  release()
  t.match(await answer, { status: 401, problem: { code: 'MOT_TOKEN_REVOKED' } })
  await waitFor(() => client.frames.length === 1)
  t.match(client.frames, [{ type: 'error', code: 'MOT_TOKEN_REVOKED' }])
})

t.test('draining lets connections finish, refuses new ones, and closes with 1001', async t => {
  const { tokens, url, server, close } = await startServer(t)
  tokens.issue('ann')
  const client = await connect(url, 'ann')
  let finish = (): void => {}
  const drained = server.drain({
    drainMs: 5000,
    finish: connection => new Promise(resolve => {
      finish = () => {
        connection.sendFrame({ type: 'last' })
        resolve()
      }
    })
  })
  t.match(await refusal(`${url}?token=ann`), { status: 503 })
  finish()
  t.equal(await client.closed, 1001)
  t.same(client.frames, [{ type: 'last' }])
  await drained
  await close()
  const late = new WebSocket(`${url}?token=ann`)
  const [error] = await once(late, 'error') as [Error & { code: string }]
  t.equal(error.code, 'ECONNREFUSED')
})

t.test('draining ends even if one connection never finishes and one never answers', async t => {
  const { tokens, url, server } = await startServer(t)
  tokens.issue('ann')
  const stuck = await connect(url, 'ann')
  const deaf = await connect(url, 'ann')
  deaf.ws.pause()
  await server.drain({ drainMs: 400, finish: () => new Promise(() => {}) })
  t.equal(await stuck.closed, 1001)
  t.equal(server.connections.size, 0)
  deaf.ws.terminate()
})

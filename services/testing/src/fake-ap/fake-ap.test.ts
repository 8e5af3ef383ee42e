import { createApClient } from '@motience/schemas'
import t from 'tap'
import { fakeAp } from '../fake-ap.js'

t.test('responds like the real AP to the calls of services', async t => {
  const ap = await fakeAp(t)
  const { data: signedIn } = await createApClient({ baseUrl: ap.url }).POST('/api/auth/service-token', {
    body: { service: 'sm', secret: ap.secret }
  })
  const client = createApClient({ baseUrl: ap.url, headers: { authorization: `Bearer ${signedIn?.access_token}` } })
  const users = [
    ap.addUser({ role: 'producer' }),
    ap.addUser({ role: 'consumer', username: 'ann' }),
    ap.addUser({ role: 'producer', id: 40, device_id: 'attic' })
  ]

  const first = await client.GET('/api/producers', { params: { query: { limit: 1 } } })
  t.match(first.data, { items: [{ id: users[0]!.id, username: 'producer-1' }], next_cursor: '1' })
  const second = await client.GET('/api/producers', {
    params: { query: { limit: 1, cursor: first.data?.next_cursor ?? '' } }
  })
  t.match(second.data, { items: [{ id: 40, device_id: 'attic' }], next_cursor: null })
  t.match((await client.GET('/api/consumers', { params: { query: { q: 'an' } } })).data, {
    items: [{ username: 'ann' }]
  })
  t.match((await client.GET('/api/users/{id}', { params: { path: { id: 40 } } })).data, { role: 'producer' })
  t.equal((await client.GET('/api/users/{id}', { params: { path: { id: 41 } } })).response.status, 404)

  const token = await ap.issue({ role: 'producer', userId: 40, sid: 's' })
  t.match((await client.GET('/api/auth/verify', { headers: { authorization: `Bearer ${token}` } })).data, {
    valid: true,
    user: { id: 40 }
  })
  ap.revoke('s')
  t.match((await client.POST('/api/auth/verify', { body: { token } })).error, { code: 'MOT_TOKEN_REVOKED' })
  ap.disable(1)
  t.equal(
    (await client.POST('/api/auth/verify', { body: { token: await ap.issue({ role: 'producer', userId: 1 }) } }))
      .response.status,
    401
  )
  t.equal(
    (await client.POST('/api/auth/verify', { body: { token: await ap.signer.forge({ role: 'producer' }) } })).response
      .status,
    401
  )
  t.equal((await createApClient({ baseUrl: ap.url }).GET('/api/producers')).response.status, 401)
  t.equal(
    (await client.POST('/api/auth/service-token', { body: { service: 'sm', secret: 'wrong' } })).response.status,
    401
  )
})

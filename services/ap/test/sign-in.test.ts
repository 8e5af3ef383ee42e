import { databaseKinds } from '@motience/testing'
import t from 'tap'
import type { User } from '@motience/schemas'
import { createPasswords } from '../src/passwords/passwords.js'
import { call, newName, newUser, PASSWORD, signIn, signUp, testAp, testStores, verify } from './test-ap.js'

for (const kind of await databaseKinds()) {
  t.test(`on ${kind}`, async t => {
    const passwords = await createPasswords()
    const stores = await testStores(t, { database: kind })
    const app = await testAp(t, { ...stores, passwords })

    t.test('signing up answers the user, and nothing of the password', async t => {
      const username = newName()
      const { status, body } = await call<{ user: User }>(app, 'POST /api/auth/register', {
        body: { username, password: PASSWORD, role: 'consumer' }
      })
      t.equal(status, 201)
      t.same(Object.keys(body), ['user'])
      t.match(body.user, {
        username,
        role: 'consumer',
        device_id: null,
        created_at: /^\d{4}-\d\d-\d\dT[\d:]{8}\.\d{3}Z$/
      })
      t.same(Object.keys(body.user).sort(), ['created_at', 'device_id', 'id', 'role', 'username'])
      t.ok(Number.isInteger(body.user.id) && body.user.id > 0)
    })

    t.test('a password that is guessed first is refused, at sign-up and when it is changed', async t => {
      const username = newName()
      const register = async (password: string) => await call(app, 'POST /api/auth/register', {
        body: { username, password, role: 'consumer' }
      })
      for (const password of ['password', '12345678', '        ', username]) {
        t.match(await register(password), { status: 400, body: { errors: [{ path: '/password' }] } }, password)
      }
      await signUp(app, 'consumer', username)
      const { access_token: token } = await signIn(app, username)
      t.match(await call(app, 'PUT /api/auth/password', {
        token, body: { current_password: PASSWORD, new_password: 'iloveyou' }
      }), { status: 400, body: { errors: [{ path: '/new_password', message: /common/ }] } })
    })

    t.test('a name can be had once, whatever its case, by whoever comes first', async t => {
      const username = await signUp(app)
      const again = { password: PASSWORD, role: 'producer' }
      t.match(await call(app, 'POST /api/auth/register', { body: { username: username.toUpperCase(), ...again } }), {
        status: 409,
        body: { code: 'MOT_AP_USERNAME_TAKEN' }
      })
      const name = newName()
      const together = await Promise.all(
        [name, name.toUpperCase(), name].map(
          async username => (await call(app, 'POST /api/auth/register', { body: { username, ...again } })).status
        )
      )
      t.same(together.sort(), [201, 409, 409])
    })

    t.test('signing in answers tokens that work, whatever the case of the name', async t => {
      const username = await signUp(app)
      const { status, body, headers } = await call(app, 'POST /api/auth/login', {
        body: { username: username.toUpperCase(), password: PASSWORD }
      })
      t.equal(status, 200)
      t.match(body, {
        token_type: 'Bearer',
        expires_in: 3600,
        refresh_token: /^[\w-]{91}$/,
        user: { username, role: 'producer', device_id: `${username}-device` }
      })
      t.equal(body['user_id'], (body['user'] as User).id)
      t.equal(headers['cache-control'], 'no-store')
      t.same(await verify(app, String(body['access_token'])), [200, undefined])
    })

    t.test('a wrong name and a wrong password are answered alike, after the same work', async t => {
      const username = await signUp(app)
      const attempts = [
        { username, password: 'wrong horse battery' },
        { username: newName(), password: PASSWORD },
        { username: 'no\0body', password: PASSWORD },
        { username: 'not a name\ud800', password: 'x' }
      ]
      const bodies = new Set<string>()
      for (const body of attempts) {
        const before = passwords.comparisons
        const answer = await call(app, 'POST /api/auth/login', { body })
        t.equal(answer.status, 401)
        t.equal(passwords.comparisons - before, 1, 'one comparison')
        bodies.add(JSON.stringify({ ...answer.body, request_id: '' }))
      }
      t.equal(bodies.size, 1)
      t.match([...bodies][0], 'MOT_AP_BAD_CREDENTIALS')
    })

    t.test('passwords are kept as argon2id hashes of the asked strength', async t => {
      const { username } = (await newUser(app)).user
      const [row] = await stores.database.sql`SELECT password_hash FROM ap.users WHERE username = ${username}`
      t.match(row?.['password_hash'], /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
    })

    t.test('a password may be any text of its length', async t => {
      const username = newName()
      const password = 'ключ 🔑 \0 \ud800 пароль'
      t.equal(
        (await call(app, 'POST /api/auth/register', { body: { username, password, role: 'producer' } })).status,
        201
      )
      t.ok((await signIn(app, username, password)).access_token)
    })

    t.test('me is the user of the token', async t => {
      const { access_token: token, user } = await newUser(app, 'consumer')
      t.same((await call(app, 'GET /api/auth/me', { token })).body, user)
      t.match(await call(app, 'GET /api/auth/me'), { status: 401, body: { code: 'MOT_UNAUTHORIZED' } })
    })
  })
}

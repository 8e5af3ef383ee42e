import { once } from 'node:events'
import { request, type IncomingMessage } from 'node:http'
import t from 'tap'
import { startPlatform } from './support/platform.js'

const platform = await startPlatform({ AP_LOGIN_RATE: '3' })
t.teardown(() => platform.close())

/** The status of a login with a wrong password, from a loopback address. */
const signIn = async (
  url: string,
  localAddress: string,
  headers: Record<string, string> = {}
): Promise<number | undefined> => {
  const login = request(`${url}/api/auth/login`, {
    method: 'POST',
    localAddress,
    agent: false,
    headers: { 'content-type': 'application/json', ...headers }
  })
  login.end('{"username": "nobody", "password": "not the right one"}')
  const [response] = await once(login, 'response') as [IncomingMessage]
  response.resume()
  return response.statusCode
}

t.test('AP limits logins by client address across both pages', async t => {
  const [first, second] = [`${platform.producerPage}/ap`, `${platform.consumerPage}/ap`]
  for (const url of [first, second, first]) t.equal(await signIn(url, '127.0.0.2'), 401)
  t.equal(await signIn(second, '127.0.0.2'), 429)
  t.equal(await signIn(first, '127.0.0.3'), 401, 'other clients are not limited')
  t.equal(await signIn(platform.apUrl, '127.0.0.2'), 429, 'also on the port of AP')
})

t.test('forwarding headers of a client do not reset its limit', async t => {
  const claims = (n: number) => ({
    'x-forwarded-for': `203.0.113.${n}`,
    'motience-client-address': `203.0.113.${n} c2lnbmVk`,
    forwarded: `for=203.0.113.${n}`
  })
  for (const url of [`${platform.producerPage}/ap`, platform.apUrl]) {
    t.equal(await signIn(url, '127.0.0.2', claims(1)), 429)
  }
})

import { createServer, request as httpRequest } from 'node:http'
import type { AddressInfo } from 'node:net'
import t from 'tap'
import { withBrowser } from './support/with-browser.js'

/** Serves everything of an upstream below a prefix, as a reverse proxy in front of several services does. */
const serveBelow = async (prefix: string, upstream: string): Promise<{ url: string, close (): void }> => {
  const server = createServer((request, response) => {
    const { method, headers, url = '/' } = request
    if (!url.startsWith(`${prefix}/`)) {
      response.writeHead(404).end()
      return
    }
    const forwarded = httpRequest(upstream + url.slice(prefix.length), { method, headers }, answer => {
      response.writeHead(answer.statusCode!, answer.headers)
      answer.pipe(response)
    })
    forwarded.on('error', error => response.destroy(error))
    request.pipe(forwarded)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}${prefix}`,
    close: () => {
      server.close()
      server.closeAllConnections()
    }
  }
}

await withBrowser(async ({ platform, newContext }) => {
  const tryOut = async (page: string) => {
    const context = await newContext()
    const tab = await context.newPage()
    await tab.goto(page)
    const operation = tab.locator('.opblock', { has: tab.locator('[data-path="/.well-known/jwks.json"]') })
    await operation.locator('.opblock-summary-control').click()
    await operation.getByRole('button', { name: 'Try it out' }).click()
    const answered = tab.waitForResponse(response => response.url().endsWith('jwks.json'))
    await operation.getByRole('button', { name: 'Execute' }).click()
    const response = await answered
    const result = { url: response.url(), status: response.status() }
    await context.close()
    return result
  }

  await t.test('"Try it out" of Swagger UI calls the service directly', async t => {
    t.same(await tryOut(`${platform.apUrl}/api-docs`), { url: `${platform.apUrl}/.well-known/jwks.json`, status: 200 })
  })

  await t.test('"Try it out" of Swagger UI keeps the prefix of a reverse proxy', async t => {
    const proxy = await serveBelow('/ap', platform.apUrl)
    t.teardown(() => proxy.close())
    t.same(await tryOut(`${proxy.url}/api-docs/`), { url: `${proxy.url}/.well-known/jwks.json`, status: 200 })
  })
})

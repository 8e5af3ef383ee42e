import http from 'node:http'
import https from 'node:https'
import type { RestResponse } from '@motience/client/session'

/** What `lightFetch` takes of the options of `fetch`. */
export interface LightFetchOptions {
  method?: string
  headers?: Record<string, string>
  body?: string
  signal?: AbortSignal
  /** Maximum size of the response, in bytes; a larger one rejects. Default 1 MiB. */
  maxBytes?: number
}

const toResponse = ({ statusCode = 0, headers }: http.IncomingMessage, text: string): RestResponse => ({
  status: statusCode,
  headers: {
    get: name => {
      const value = headers[name.toLowerCase()]
      return value === undefined ? null : String(value)
    }
  },
  text: async () => text
})

/**
 * A `fetch` on Node's own HTTP client, which takes a tenth of the memory. It does not follow redirects. Rejects where
 * the server can't be reached, or the response is too large.
 */
export const lightFetch = (
  url: string,
  { method = 'GET', headers = {}, body, signal, maxBytes = 1024 * 1024 }: LightFetchOptions = {}
): Promise<RestResponse> => new Promise((resolve, reject) => {
  const length: Record<string, string> = body === undefined ? {} : { 'content-length': `${Buffer.byteLength(body)}` }
  const request = (url.startsWith('https:') ? https : http).request(url, {
    method,
    headers: { ...headers, ...length },
    agent: false,
    ...signal === undefined ? {} : { signal }
  }, response => {
    const chunks: Buffer[] = []
    let bytes = 0
    response.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      chunks.push(chunk)
      if (bytes > maxBytes) request.destroy(new Error(`Response is larger than ${maxBytes} bytes`))
    })
    response.on('end', () => { resolve(toResponse(response, Buffer.concat(chunks).toString('utf8'))) })
    response.on('error', reject)
  })
  request.on('error', reject)
  request.end(body)
})

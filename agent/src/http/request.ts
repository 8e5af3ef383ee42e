import http from 'node:http'
import https from 'node:https'
import type { RestFetch } from '@motience/client/session'

export interface HttpAnswer { status: number, headers: http.IncomingHttpHeaders, text: string }

export interface HttpOptions {
  method?: string
  headers?: Record<string, string>
  body?: string
  signal?: AbortSignal
  /** Longest answer that is taken; a longer one rejects. Default 1 MiB. */
  maxBytes?: number
}

/**
 * One HTTP call with Node's own client, which takes a tenth of the memory of `fetch`. Redirects are not followed.
 * Rejects where there is no answer, or one that is too long.
 */
export const request = (
  url: string,
  { method = 'GET', headers = {}, body, signal, maxBytes = 1024 * 1024 }: HttpOptions = {}
): Promise<HttpAnswer> =>
  new Promise((resolve, reject) => {
    const client = url.startsWith('https:') ? https : http
    const call = client.request(
      url,
      {
        method,
        headers: { ...headers, ...(body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }) },
        agent: false,
        ...(signal === undefined ? {} : { signal })
      },
      response => {
        const chunks: Buffer[] = []
        let bytes = 0
        response.on('data', (chunk: Buffer) => {
          bytes += chunk.length
          chunks.push(chunk)
          if (bytes > maxBytes) call.destroy(new Error(`The answer has more than ${maxBytes} bytes`))
        })
        response.on('end', () => {
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text: Buffer.concat(chunks).toString('utf8')
          })
        })
        response.on('error', reject)
      }
    )
    call.on('error', reject)
    call.end(body)
  })

/** `request` in the form that a session of tokens takes. */
export const lightFetch: RestFetch = async (url, { method, headers, body, signal }) => {
  const answer = await request(url, { method, headers, signal, ...body === undefined ? {} : { body } })
  return {
    status: answer.status,
    headers: {
      get: name => {
        const value = answer.headers[name.toLowerCase()]
        return value === undefined ? null : String(value)
      }
    },
    text: async () => answer.text
  }
}

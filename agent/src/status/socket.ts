import { chmodSync, mkdirSync, unlinkSync } from 'node:fs'
import { connect, createServer, type Server } from 'node:net'
import { dirname } from 'node:path'

/** Longest path of a Unix socket that Linux takes, less one for its end (unix(7)). */
const MAX_SOCKET_PATH = 107
const ANSWER_TIMEOUT_MS = 3000
const MAX_ANSWER = 1024 * 1024

/** Another agent answers at the socket: two must not use one buffer. */
export class AgentRunningError extends Error {
  override name = 'AgentRunningError'
}

/** Asks the agent behind a socket. Rejects where none answers. */
export const askStatus = (path: string): Promise<unknown> => new Promise((resolve, reject) => {
  let text = ''
  const socket = connect(path)
  socket.setEncoding('utf8')
  socket.setTimeout(ANSWER_TIMEOUT_MS, () => { socket.destroy(new Error('No answer in time')) })
  socket.on('data', (part: string) => {
    text += part
    if (text.length > MAX_ANSWER) socket.destroy(new Error('The answer is too long'))
  })
  socket.on('error', reject)
  socket.on('end', () => {
    try {
      resolve(JSON.parse(text))
    } catch {
      reject(new Error('The answer is no status'))
    }
  })
})

const listen = (server: Server, path: string): Promise<void> => new Promise((resolve, reject) => {
  server.once('error', reject)
  server.listen(path, () => {
    server.off('error', reject)
    resolve()
  })
})

/**
 * Answers every connection to a Unix socket with the status as JSON. Rejects with `AgentRunningError` where another
 * agent answers. A socket that a crash left is taken over.
 */
export const serveStatus = async (path: string, status: () => object): Promise<{ close (): Promise<void> }> => {
  if (Buffer.byteLength(path) > MAX_SOCKET_PATH) { throw new Error(`The path of a socket may have ${MAX_SOCKET_PATH} bytes: ${path}`) }
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const server = createServer(socket => {
    socket.on('error', () => {})
    socket.end(JSON.stringify(status()))
  })
  server.maxConnections = 16
  try {
    await listen(server, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
    const answered = await askStatus(path).then(
      () => true,
      (failure: NodeJS.ErrnoException) => failure.code !== 'ECONNREFUSED'
    )
    if (answered) throw new AgentRunningError(`Another agent runs already, at ${path}`)
    unlinkSync(path)
    await listen(server, path)
  }
  chmodSync(path, 0o660)
  return { close: () => new Promise(resolve => { server.close(() => { resolve() }) }) }
}

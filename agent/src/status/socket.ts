import { chmodSync, mkdirSync, unlinkSync } from 'node:fs'
import { connect, createServer, type Server } from 'node:net'
import { dirname } from 'node:path'

/** Maximum length of a Unix socket's path on Linux, without the terminating null byte (unix(7)). */
const MAX_SOCKET_PATH = 107
const ANSWER_TIMEOUT_MS = 3000
const MAX_ANSWER = 1024 * 1024

/** Another agent is running on the same status socket. */
export class AgentRunningError extends Error {
  override name = 'AgentRunningError'
}

/** Requests the status of the agent behind a socket. Rejects if none is running. */
export const askStatus = (path: string): Promise<unknown> => new Promise((resolve, reject) => {
  let text = ''
  const socket = connect(path)
  socket.setEncoding('utf8')
  socket.setTimeout(ANSWER_TIMEOUT_MS, () => { socket.destroy(new Error('Timed out')) })
  socket.on('data', (part: string) => {
    text += part
    if (text.length > MAX_ANSWER) socket.destroy(new Error('Response is too large'))
  })
  socket.on('error', reject)
  socket.on('end', () => {
    try {
      resolve(JSON.parse(text))
    } catch {
      reject(new Error('Response is not a status'))
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
 * Sends the status as JSON to every connection to a Unix socket. Rejects with `AgentRunningError` if another agent is
 * listening; a stale socket of a crashed one is replaced.
 */
export const serveStatus = async (path: string, status: () => object): Promise<{ close (): Promise<void> }> => {
  if (Buffer.byteLength(path) > MAX_SOCKET_PATH) {
    throw new Error(`Socket path is longer than ${MAX_SOCKET_PATH} bytes: ${path}`)
  }
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
    if (answered) throw new AgentRunningError(`Another agent is already running at ${path}`)
    unlinkSync(path)
    await listen(server, path)
  }
  chmodSync(path, 0o660)
  return { close: () => new Promise(resolve => { server.close(() => { resolve() }) }) }
}

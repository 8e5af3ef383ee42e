import { createClient } from 'redis'

/** Sends one command to one Redis, on a connection of its own. */
export const redisCall = async (port: number, ...command: string[]): Promise<unknown> => {
  const client = createClient({
    url: `redis://127.0.0.1:${port}`,
    disableOfflineQueue: true,
    socket: { reconnectStrategy: false, connectTimeout: 1000 }
  })
  client.on('error', () => {})
  try {
    await client.connect()
    return await client.sendCommand(command)
  } finally {
    client.destroy()
  }
}

/** Fields of `INFO <section>`, as text. */
export const redisInfo = async (port: number, section: string): Promise<Record<string, string>> => {
  const text = String(await redisCall(port, 'INFO', section))
  return Object.fromEntries(text.split('\r\n').filter(line => line.includes(':')).map(line => {
    const colon = line.indexOf(':')
    return [line.slice(0, colon), line.slice(colon + 1)]
  }))
}

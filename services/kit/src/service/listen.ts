import type { ServiceApp } from './service-app.js'

/** Prevents a start; its one-line message says everything an operator needs. */
export class StartError extends Error {
  override name = 'StartError'
}

/** The address to listen on. `variable` is the environment variable of the port. */
export interface ListenOptions { host: string, port: number, variable: string }

/**
 * Connections that may wait to be accepted; the system's own bound (`net.core.somaxconn`) applies too. A fleet that
 * comes back at once would overflow Node's 511, and each client that is dropped tries again a second or more later.
 */
export const LISTEN_BACKLOG = 16_384

/** A `StartError` that names variable and port if the address is not available; else the error itself. */
export const listenError = (error: unknown, { host, port, variable }: ListenOptions): unknown => {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'EADDRINUSE':
      return new StartError(`${variable}: port ${port} of ${host} is in use; stop what uses it, or choose another`, {
        cause: error
      })
    case 'EACCES':
      return new StartError(`${variable}: port ${port} can't be opened by this user`, { cause: error })
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND': return new StartError(`HOST: ${host} is not an address of this machine`, { cause: error })
    default: return error
  }
}

/** Listens; resolves to the URL. Rejects with a `StartError` if the address is not available. */
export const listen = async (app: ServiceApp, options: ListenOptions): Promise<string> => {
  try {
    return await app.listen({
      host: options.host,
      port: options.port,
      backlog: LISTEN_BACKLOG,
      listenTextResolver: address => `Listening at ${address}`
    })
  } catch (error) {
    throw listenError(error, options)
  }
}

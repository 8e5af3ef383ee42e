import type { ServiceApp } from './service-app.js'

/** Stops a start; its message, of one line, is all that the person needs. */
export class StartError extends Error {
  override name = 'StartError'
}

/** Where a server listens. `variable` is the environment variable that the port came from. */
export interface ListenOptions { host: string, port: number, variable: string }

/** A `StartError` that names variable and port, where the address can't be had; else the error itself. */
export const listenError = (error: unknown, { host, port, variable }: ListenOptions): unknown => {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'EADDRINUSE':
      return new StartError(`${variable}: port ${port} of ${host} is in use; stop what uses it, or choose another`, {
        cause: error
      })
    case 'EACCES':
      return new StartError(`${variable}: port ${port} may not be opened by this user`, { cause: error })
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND': return new StartError(`HOST: ${host} is no address of this machine`, { cause: error })
    default: return error
  }
}

/** Listens, and resolves to the URL. Rejects with a `StartError` where the address can't be had. */
export const listen = async (app: ServiceApp, options: ListenOptions): Promise<string> => {
  try {
    return await app.listen({
      host: options.host,
      port: options.port,
      listenTextResolver: address => `Listens at ${address}`
    })
  } catch (error) {
    throw listenError(error, options)
  }
}

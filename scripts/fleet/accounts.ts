import { createApClient, createSmClient, type User } from '@motience/schemas'

/** A signed-in account of a test or a benchmark. */
export interface Account { user: User, username: string, password: string, token: string, refreshToken: string }

const PASSWORD = 'a password for tests'

const orThrow = <T>(what: string, { data, error, response }: { data?: T, error?: unknown, response: Response }): T => {
  if (data === undefined) throw new Error(`${what} was answered with ${response.status}: ${JSON.stringify(error)}`)
  return data
}

/** Signs an account up and in. */
export const createAccount = async (
  apUrl: string,
  username: string,
  role: 'producer' | 'consumer',
  deviceId?: string
): Promise<Account> => {
  const ap = createApClient({ baseUrl: apUrl })
  orThrow(
    'register',
    await ap.POST('/api/auth/register', {
      body: { username, password: PASSWORD, role, ...(deviceId && { device_id: deviceId }) }
    })
  )
  const tokens = orThrow('login', await ap.POST('/api/auth/login', { body: { username, password: PASSWORD } }))
  return {
    user: tokens.user,
    username,
    password: PASSWORD,
    token: tokens.access_token,
    refreshToken: tokens.refresh_token
  }
}

/** Subscribes a consumer to a producer. */
export const subscribe = async (smUrl: string, consumer: Account, producerId: number): Promise<void> => {
  const sm = createSmClient({ baseUrl: smUrl, headers: { authorization: `Bearer ${consumer.token}` } })
  orThrow('subscribe', await sm.POST('/api/subscribe', { body: { producer_id: producerId } }))
}

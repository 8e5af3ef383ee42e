import { createApClient, createSmClient, type AccountRole, type ApClient, type Problem } from '@motience/schemas'

interface DemoAccount { username: string, password: string, role: AccountRole, device_id?: string }

/** The accounts of the demo, created on the first run. */
export const accounts = {
  producer: { username: 'demo-producer', password: 'demo-producer-1', role: 'producer', device_id: 'this-machine' },
  consumer: { username: 'demo-consumer', password: 'demo-consumer-1', role: 'consumer' }
} as const satisfies Record<string, DemoAccount>

/** The data of a response; throws the problem if its status is not one of `statuses`. */
const expectStatus = <T>(
  { data, error, response }: { data?: T, error?: unknown, response: Response },
  ...statuses: number[]
): T => {
  if (statuses.includes(response.status)) return data as T
  const { title = 'Unexpected response', detail = '' } = (error ?? {}) as Partial<Problem>
  throw new Error(`${title} (${response.status}): ${detail}`)
}

const signInWith = async (ap: ApClient, { username, password, ...rest }: DemoAccount) => {
  expectStatus(await ap.POST('/api/auth/register', { body: { username, password, ...rest } }), 201, 409)
  return expectStatus(await ap.POST('/api/auth/login', { body: { username, password } }), 200)
}

/** Registers an account unless it exists, and signs it in. */
export const signIn = (apUrl: string, account: DemoAccount) => signInWith(createApClient({ baseUrl: apUrl }), account)

/** Subscribes the consumer with this access token to a producer. */
export const subscribe = async (smUrl: string, accessToken: string, producerId: number): Promise<void> => {
  const sm = createSmClient({ baseUrl: smUrl, headers: { authorization: `Bearer ${accessToken}` } })
  expectStatus(await sm.POST('/api/subscribe', { body: { producer_id: producerId } }), 200, 201)
}

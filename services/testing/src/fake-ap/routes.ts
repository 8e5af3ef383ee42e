import type { DeviceReport, User, VerifyKeysBody } from '@motience/schemas'
import { verifyJws } from '../jws.js'
import { keyName, type FakeDirectory } from './directory.js'
import type { FakeSigner } from './signer.js'

interface Call { method: string, url: URL, authorization: string | undefined, body: Record<string, unknown> | null }
interface FakeApDependencies { directory: FakeDirectory, signer: FakeSigner, secret: string, reports: DeviceReport[] }
interface Answer { status: number, document: unknown }

const refuse = (status: number, code: string): Answer => ({
  status,
  document: {
    type: `/docs/errors.md#${code.toLowerCase()}`,
    title: code,
    status,
    detail: code,
    code,
    request_id: 'fake'
  }
})

const verify = (token: string, { directory, signer }: FakeApDependencies): Answer => {
  try {
    const claims = verifyJws(token, ({ kid }) => signer.publicKey(String(kid)))
    if (claims === null) return refuse(401, 'MOT_UNAUTHORIZED')
    const id = Number(claims['sub'])
    const { sid, username, role, device_id: deviceId = null, exp } = claims
    const isRevoked = directory.revokedSessions.has(String(sid)) || directory.disabledUsers.has(id)
    if (isRevoked) return refuse(401, 'MOT_TOKEN_REVOKED')
    const unlisted = { id, username, role, device_id: deviceId, created_at: new Date(0).toISOString() }
    const user = directory.users.get(id) ?? unlisted
    return { status: 200, document: { valid: true, user, expires_at: new Date(Number(exp) * 1_000).toISOString() } }
  } catch {
    return refuse(401, 'MOT_UNAUTHORIZED')
  }
}

const verifyKeys = ({ keys }: VerifyKeysBody, { directory }: FakeApDependencies): Answer => ({
  status: 200,
  document: {
    results: keys.map(({ id, kind, secret_sha256: hash }) => {
      const found = directory.keys.get(keyName(kind, id, hash))
      if (found === undefined) return { code: 'MOT_UNAUTHORIZED' }
      const isRevoked = directory.revokedSessions.has(found.sid) || directory.disabledUsers.has(found.user.id)
      return isRevoked ? { code: 'MOT_TOKEN_REVOKED' } : found
    })
  }
})

const listUsers = (url: URL, role: User['role'], { directory }: FakeApDependencies): Answer => {
  const limit = Number(url.searchParams.get('limit') ?? 100)
  const after = Number(url.searchParams.get('cursor') ?? 0)
  const q = url.searchParams.get('q') ?? ''
  const found = [...directory.users.values()]
    .filter(user => user.role === role && user.id > after && user.username.includes(q))
    .sort((a, b) => a.id - b.id)
  const items = found
    .slice(0, limit)
    .map(({ id, username, device_id: deviceId, created_at: createdAt }) => ({
      id,
      username,
      device_id: deviceId,
      created_at: createdAt
    }))
  return { status: 200, document: { items, next_cursor: found.length > limit ? String(items.at(-1)?.id) : null } }
}

/** Responds to a call like AP, as far as other services call it. */
export const answerAs = async (
  { method, url, authorization, body }: Call, dependencies: FakeApDependencies
): Promise<Answer> => {
  const { directory, signer, secret } = dependencies
  const token = authorization?.replace(/^Bearer /i, '')
  switch (`${method} ${url.pathname}`) {
    case 'GET /.well-known/jwks.json': return { status: 200, document: signer.jwks }
    case 'POST /api/auth/verify': return verify(String(body?.['token']), dependencies)
    case 'GET /api/auth/verify': return verify(token ?? '', dependencies)
    case 'POST /api/auth/service-token': {
      if (body?.['secret'] !== secret) return refuse(401, 'MOT_AP_BAD_SERVICE_SECRET')
      const text = await signer.sign({ role: 'service', service: String(body['service']) })
      return { status: 200, document: { access_token: text, token_type: 'Bearer', expires_in: 3_600 } }
    }
  }
  if (token === undefined || verify(token, dependencies).status !== 200) return refuse(401, 'MOT_UNAUTHORIZED')
  if (method === 'POST' && url.pathname === '/api/keys/verify') return verifyKeys(body as VerifyKeysBody, dependencies)
  if (method === 'POST' && url.pathname === '/api/devices/report') {
    const report = body as DeviceReport
    const known = directory.reporters.has(report.instance)
    directory.reporters.add(report.instance)
    dependencies.reports.push(report)
    return { status: 200, document: { known } }
  }
  if (method === 'GET' && url.pathname === '/api/producers') return listUsers(url, 'producer', dependencies)
  if (method === 'GET' && url.pathname === '/api/consumers') return listUsers(url, 'consumer', dependencies)
  const id = /^\/api\/users\/(\d+)$/.exec(url.pathname)?.[1]
  const user = id === undefined ? undefined : directory.users.get(Number(id))
  return user === undefined ? refuse(404, 'MOT_NOT_FOUND') : { status: 200, document: user }
}

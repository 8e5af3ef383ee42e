import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import { root } from '../serial/quick-start.js'

/** What of a service in a compose file the tests look at. */
export interface ComposeService {
  image?: string
  build?: { context: string, dockerfile: string, args: { SERVICE: string } }
  user?: string
  profiles?: string[]
  extends?: { file: string, service: string }
  environment?: Record<string, string>
  depends_on?: Record<string, { condition: string }> | string[]
  ports?: string[]
  volumes?: string[]
  read_only?: boolean
  cap_drop?: string[]
  security_opt?: string[]
}

export interface ComposeFile { services: Record<string, ComposeService>, volumes: Record<string, null> }

/** Replaces `${NAME}` and `${NAME:-default}` as compose does it. */
const interpolate = (text: string, variables: Record<string, string>): string =>
  text.replace(/\$\{(\w+)(?::-([^}]*))?\}/g, (_, name: string, fallback = '') => variables[name] || fallback as string)

/** The variables that a file takes from `.env`. */
export const variablesOf = (text: string): Set<string> =>
  new Set([...text.matchAll(/\$\{(\w+)/g)].map(([, name]) => name!))

/** Reads a compose file of the repository with variables, its merge keys applied. */
export const readCompose = async (file: string, variables: Record<string, string> = {}): Promise<ComposeFile> =>
  parse(interpolate(await readFile(join(root, file), 'utf8'), variables), {
    merge: true,
    logLevel: 'error'
  }) as ComposeFile

/** The service, with what it extends from compose.yaml: maps are merged, everything else is replaced. */
export const resolveService = (service: ComposeService, base: ComposeService = {}): ComposeService => ({
  ...base, ...service, environment: { ...base.environment, ...service.environment }
})

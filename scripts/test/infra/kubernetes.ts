import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { parseAllDocuments } from 'yaml'

/** A Kubernetes object. */
export interface Manifest {
  apiVersion: string
  kind: string
  metadata: { name: string }
  /** Each kind has a shape of its own. */
  spec: any
  data?: Record<string, string>
}

interface Variable { name: string, value?: string, valueFrom?: { secretKeyRef: { name: string, key: string } } }

/** What of a container the tests look at. */
export interface Container { image: string, env: Variable[], envFrom: { configMapRef: { name: string } }[] }

/** What `kubectl apply -k` would apply. */
export const render = async (folder: string): Promise<Manifest[]> => {
  const { stdout } = await promisify(execFile)('kubectl', ['kustomize', folder], { maxBuffer: 10_000_000 })
  return parseAllDocuments(stdout).map(document => document.toJS() as Manifest)
}

/** The only container of a deployment's or job's pods. */
export const containerOf = ({ spec }: Manifest): Container => spec.template.spec.containers[0] as Container

/**
 * The environment of a container: the configuration, then its own variables, with `$(NAME)` replaced. The value of a
 * secret is the text `secret of KEY`.
 */
export const environmentOf = (manifests: Manifest[], { env, envFrom }: Container): Record<string, string> => {
  const environment: Record<string, string> = {}
  for (const { configMapRef } of envFrom) {
    const map = manifests.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === configMapRef.name)
    if (map === undefined) throw new Error(`No ConfigMap ${configMapRef.name}`)
    Object.assign(environment, map.data)
  }
  for (const { name, value = '', valueFrom } of env) {
    environment[name] = valueFrom === undefined
      ? value.replace(/\$\((\w+)\)/g, (text, variable: string) => environment[variable] ?? text)
      : `secret of ${valueFrom.secretKeyRef.key}`
  }
  return environment
}

import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { readEnv } from '@motience/kit'
import {
  addressEnv, ApEnvSchema, DsmEnvSchema, MqttEnvSchema, SmEnvSchema, Wss1EnvSchema, Wss2EnvSchema
} from '@motience/schemas'
import { httpPortVariables } from '@motience/testing'
import t from 'tap'
import { root } from '../serial/quick-start.js'
import { containerOf, environmentOf, render, type Manifest } from './kubernetes.js'

const run = promisify(execFile)

const schemas = {
  ap: ApEnvSchema, sm: SmEnvSchema, dsm: DsmEnvSchema, wss1: Wss1EnvSchema, wss2: Wss2EnvSchema, mqtt: MqttEnvSchema
}
const services = Object.keys(schemas) as (keyof typeof schemas)[]

/** Bounds of the Gateway API: rules of a route, and matches of a rule. */
const MAX_RULES = 16
const MAX_MATCHES = 8

const required = process.env['MOTIENCE_REQUIRE_SERVERS'] === '1'
const found = async (program: string): Promise<boolean> =>
  required || await run(program, ['--help']).then(() => true, () => false)

const overlays: Record<string, Manifest[]> = {}
if (await found('kubectl')) {
  const folder = join(root, 'infra/kubernetes/overlays')
  for (const name of ['small', 'production']) overlays[name] = await render(join(folder, name))
}

const find = (manifests: Manifest[], kind: string, name: string): Manifest => {
  const manifest = manifests.find(({ kind: of, metadata }) => of === kind && metadata.name === name)
  if (manifest === undefined) throw new Error(`No ${kind} ${name}`)
  return manifest
}

/** The names of services that anything refers to, at any depth. */
const backendsOf = (value: unknown): string[] => {
  if (typeof value !== 'object' || value === null) return []
  const { backendRefs, service } = value as { backendRefs?: { name: string }[], service?: { name?: string } }
  return [
    ...(backendRefs ?? []).map(({ name }) => name),
    ...(service?.name === undefined ? [] : [service.name]),
    ...Object.values(value).flatMap(backendsOf)
  ]
}

for (const [overlay, manifests] of Object.entries(overlays)) {
  t.test(`${overlay}: every service has the variables of its schema, with values that it takes`, async t => {
    for (const service of services) {
      const schema = schemas[service]
      const environment = environmentOf(manifests, containerOf(find(manifests, 'Deployment', `motience-${service}`)))
      const known = Object.fromEntries(Object.entries(environment).filter(([name]) => name in schema.properties))
      const env = readEnv(schema, known)
      t.match(env, { HOST: '0.0.0.0', SERVICE_SECRET: 'secret of SERVICE_SECRET' }, service)
      t.equal(env.REDIS_URL.split('@')[0], `redis://${service}:secret of REDIS_${service.toUpperCase()}_PASSWORD`)
      for (const address of ['AP_URL', 'SM_URL', 'DSM_URL', 'WSS2_URL'] as const) {
        find(manifests, 'Service', new URL(environment[address]!).hostname)
      }
      const needed = ['ap', 'sm', 'dsm'].includes(service)
      t.equal('DB_PASSWORD' in environment, needed, `${service}: only services with tables know the database`)
    }
  })

  t.test(
    `${overlay}: pods have no rights, are probed at their port and found by everything that selects them`,
    async t => {
      for (const service of services) {
        const name = `motience-${service}`
        const deployment = find(manifests, 'Deployment', name)
        const container = containerOf(deployment)
        t.match(container, {
          image: new RegExp(`/motience/${service}:`),
          securityContext: {
            readOnlyRootFilesystem: true,
            allowPrivilegeEscalation: false,
            capabilities: { drop: ['ALL'] }
          },
          ports: [{ name: 'http', containerPort: addressEnv[httpPortVariables[service]].default }],
          readinessProbe: { httpGet: { path: '/ready', port: 'http' } },
          livenessProbe: { httpGet: { path: '/health', port: 'http' } }
        })
        const { template, selector, replicas } = deployment.spec
        t.equal(replicas, undefined, 'an autoscaler decides')
        const labels = template.metadata.labels
        t.match(template.spec, { securityContext: { runAsNonRoot: true }, automountServiceAccountToken: false })
        t.match(labels, selector.matchLabels)
        t.match(labels, find(manifests, 'Service', name).spec.selector)
        t.match(labels, find(manifests, 'PodDisruptionBudget', name).spec.selector.matchLabels)
        t.match(labels, find(manifests, 'NetworkPolicy', 'motience').spec.podSelector.matchLabels)
        for (const { labelSelector } of template.spec.topologySpreadConstraints) {
          t.match(labels, labelSelector.matchLabels)
        }
        t.ok(template.spec.terminationGracePeriodSeconds > 17, 'DRAIN_MS, the 2 s after it and preStop')
      }
    }
  )

  t.test(`${overlay}: the tables are migrated by jobs with the images of the services`, async t => {
    for (const service of ['ap', 'sm', 'dsm']) {
      const container = containerOf(find(manifests, 'Job', `motience-migrate-${service}`))
      t.match(container, {
        image: containerOf(find(manifests, 'Deployment', `motience-${service}`)).image,
        args: ['migrate']
      })
      t.match(environmentOf(manifests, container), { DB_PASSWORD: String, DB_HOST: String })
    }
  })

  t.test(`${overlay}: routes refer to services that exist`, async t => {
    const routes = manifests.filter(({ kind }) => kind === 'Ingress' || kind === 'HTTPRoute')
    t.equal(routes.length, 1)
    const backends = backendsOf(routes[0]!.spec)
    for (const name of backends) find(manifests, 'Service', name)
    for (const service of ['wss1', 'wss2', 'mqtt']) t.ok(backends.includes(`motience-${service}`), service)
    for (const rule of routes[0]!.spec.rules) t.ok((rule.matches ?? []).length <= MAX_MATCHES)
    t.ok(routes[0]!.spec.rules.length <= MAX_RULES)
  })

  t.test(`${overlay}: matches the published schemas of Kubernetes`, async t => {
    if (!await found('kubernetes-validate')) return t.comment('kubernetes-validate was not found')
    const known = manifests.filter(({ apiVersion }) => !/gateway\.networking|monitoring\.coreos/.test(apiVersion))
    const dir = t.testdir(
      Object.fromEntries(known.map((manifest, index) => [`${index}.json`, JSON.stringify(manifest)]))
    )
    const files = known.map((_, index) => join(dir, `${index}.json`))
    const { stdout } = await run('kubernetes-validate', ['-k', '1.33', '--strict', ...files])
    t.equal(stdout.match(/passed for resource/g)?.length, known.length)
  })
}

t.test('production scales every deployment and scrapes every service', async t => {
  const manifests = overlays['production']
  if (manifests === undefined) return t.comment('kubectl was not found')
  for (const service of services) {
    const { scaleTargetRef, minReplicas } = find(manifests, 'HorizontalPodAutoscaler', `motience-${service}`).spec
    t.match(scaleTargetRef, { kind: 'Deployment', name: `motience-${service}` })
    t.equal(minReplicas, 2)
  }
  const { selector, endpoints } = find(manifests, 'ServiceMonitor', 'motience').spec
  t.same([...selector.matchExpressions[0].values].sort(), [...services].sort())
  t.match(endpoints, [{ port: 'http', path: '/metrics' }])
  const metrics = await readFile(join(root, 'docs/metrics.md'), 'utf8')
  t.match(metrics, '`motience_ws_connections`')
})

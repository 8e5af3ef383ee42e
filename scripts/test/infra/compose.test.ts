import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { readEnv } from '@motience/kit'
import {
  addressEnv, ApEnvSchema, DsmEnvSchema, MqttEnvSchema, SmEnvSchema, Wss1EnvSchema, Wss2EnvSchema
} from '@motience/schemas'
import { httpPortVariables } from '@motience/testing'
import t, { type Test } from 'tap'
import { parse } from 'yaml'
import { root } from '../serial/quick-start.js'
import { readCompose, resolveService, variablesOf, type ComposeService } from './compose.js'
import { passwordVariables } from './redis-script.js'

const run = promisify(execFile)

const schemas = {
  ap: ApEnvSchema, sm: SmEnvSchema, dsm: DsmEnvSchema, wss1: Wss1EnvSchema, wss2: Wss2EnvSchema, mqtt: MqttEnvSchema
}
type Service = keyof typeof schemas

const variables = {
  ...passwordVariables,
  PUBLIC_HOST: 'motience.test',
  SERVICE_SECRET: 'a secret of the services',
  POSTGRES_PASSWORD: 'pg'
}
const base = await readCompose('compose.yaml', variables)
const scale = await readCompose('infra/compose.scale.yaml', variables)
const scaled = Object.fromEntries(Object.entries(scale.services).map(([name, service]) => [
  name, resolveService(service, base.services[service.extends?.service ?? name])
]))

/** A service's variables are those of its schema, with values that it takes. */
const checkEnvironment = (t: Test, name: string, { build, environment = {} }: ComposeService): void => {
  const service = name.replace(/-2$/, '') as Service
  const schema = schemas[service]
  t.equal(build?.args.SERVICE, service, name)
  for (const variable of Object.keys(environment)) t.ok(variable in schema.properties, `${name}: ${variable}`)
  const strings = Object.fromEntries(Object.entries(environment).map(([key, value]) => [key, String(value)]))
  const env = readEnv(schema, strings)
  t.match(env, { HOST: '0.0.0.0', CORS_ORIGIN: 'https://motience.test', SERVICE_SECRET: variables.SERVICE_SECRET })
  t.match(env.REDIS_URL, `redis://${service}:${passwordVariables[`REDIS_${service.toUpperCase()}_PASSWORD`]}@`)
}

t.test('without a profile, compose.yaml starts PostgreSQL and Redis on the loopback interface only', async t => {
  const always = Object.entries(base.services).filter(([, { profiles }]) => profiles === undefined)
  t.same(always.map(([name]) => name), ['postgres', 'redis'])
  for (const [, { image, ports = [] }] of always) {
    t.match(image, /^(?:postgres|redis):\d+$/)
    t.ok(ports.length > 0 && ports.every(port => port.startsWith('127.0.0.1:')))
  }
})

t.test('every variable of the services is one of their schemas, and has a value that they take', async t => {
  for (const name of Object.keys(schemas)) checkEnvironment(t, name, base.services[name]!)
  for (const name of Object.keys(schemas)) {
    checkEnvironment(t, name, scaled[name]!)
    checkEnvironment(t, `${name}-2`, scaled[`${name}-2`]!)
    t.strictSame(scaled[name]!.environment, scaled[`${name}-2`]!.environment, `both of ${name} are alike`)
  }
  t.match(scaled['dsm']!.environment, { REDIS_MODE: 'sentinel', AP_URL: 'http://proxy:3001' })
})

t.test('every container is hardened, and only the proxy is open to others', async t => {
  for (const [name, service] of [...Object.entries(base.services), ...Object.entries(scaled)]) {
    t.match(service, { read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] }, name)
    if (service.build === undefined) t.match(service.user, /^[1-9]\d*:\d+$/, `${name} runs as a user`)
    t.match(service.image, /^[\w./-]+:[\w.-]+$/, name)
    if (name !== 'proxy') t.ok((service.ports ?? []).every(port => port.startsWith('127.0.0.1:')), name)
  }
})

t.test('what containers wait for and mount exists', async t => {
  for (const [services, volumes] of [
    [base.services, base.volumes],
    [{ ...base.services, ...scaled }, { ...base.volumes, ...scale.volumes }]
  ] as const) {
    for (const [name, service] of Object.entries(services)) {
      const others = service.depends_on ?? []
      for (const other of Array.isArray(others) ? others : Object.keys(others)) {
        t.ok(other in services, `${name}: ${other}`)
      }
      for (const volume of service.volumes ?? []) {
        const source = volume.split(':')[0]!
        if (!source.startsWith('./')) t.ok(source in volumes, `${name}: ${source}`)
        // The operator's certificate, and what Prometheus and Grafana are set up with.
        else if (!/\/(?:tls|prometheus\/rules|grafana)\b/.test(source)) {
          t.ok(existsSync(join(root, source)), `${name}: ${source}`)
        }
      }
    }
  }
})

t.test('the proxies and Redis get the variables that their files use', async t => {
  const nginx = variablesOf(await readFile(join(root, 'infra/proxy/nginx.conf'), 'utf8'))
  const given = Object.keys(base.services['proxy']!.environment!).filter(name => !name.startsWith('NGINX_'))
  t.same(given.sort(), [...nginx].sort())
  const haproxy = variablesOf(await readFile(join(root, 'infra/proxy/haproxy.cfg'), 'utf8'))
  t.same(Object.keys(scale.services['proxy']!.environment!).sort(), [...haproxy].sort())
  const users = variablesOf(await readFile(join(root, 'infra/redis/users.acl'), 'utf8'))
  users.delete('NAME')
  t.same(Object.keys(base.services['redis']!.environment!).sort(), [...users].sort())
})

t.test('Prometheus reads the metrics of every instance', async t => {
  const { scrape_configs: jobs } = parse(await readFile(join(root, 'infra/compose.prometheus.yaml'), 'utf8')) as {
    scrape_configs: { job_name: string, dns_sd_configs: { names: string[], port: number }[] }[]
  }
  t.same(jobs.map(job => job.job_name), Object.keys(httpPortVariables))
  for (const { job_name: job, dns_sd_configs: [found] } of jobs) {
    t.same(found!.names, [job, `${job}-2`])
    for (const name of found!.names) t.ok(name in scaled, name)
    t.equal(found!.port, addressEnv[httpPortVariables[job as keyof typeof httpPortVariables]].default)
  }
})

t.test('docs/deploy.md names every variable of .env', async t => {
  const text = await readFile(join(root, 'docs/deploy.md'), 'utf8')
  for (const file of ['compose.yaml', 'infra/compose.scale.yaml']) {
    for (const name of variablesOf(await readFile(join(root, file), 'utf8'))) t.ok(text.includes(name), name)
  }
})

const hasCompose = await run('docker', ['compose', 'version']).then(() => true, () => false)

t.test(
  'docker compose accepts the files',
  { skip: hasCompose ? false : 'docker compose is not installed' },
  async t => {
    const env = { PATH: process.env['PATH'], HOME: process.env['HOME'], ...variables }
    const files = [['compose.yaml'], ['compose.yaml', 'infra/compose.scale.yaml']]
    for (const names of files) {
      const options = names.flatMap(name => ['-f', name])
      const args = ['compose', '--env-file', '/dev/null', ...options, '--profile', 'platform', 'config', '--services']
      const { stdout } = await run('docker', args, { cwd: root, env })
      const expected = new Set([...Object.keys(base.services), ...(names.length === 1 ? [] : Object.keys(scaled))])
      t.same(stdout.trim().split('\n').sort(), [...expected].sort())
    }
  }
)

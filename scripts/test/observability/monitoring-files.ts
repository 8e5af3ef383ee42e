import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'

const infra = new URL('../../../infra/', import.meta.url)

/** Path of a file under `infra/`. */
export const infraPath = (file: string): string => fileURLToPath(new URL(file, infra))

/** A rule of Prometheus: an alert, or a recording rule. */
export interface Rule {
  alert?: string
  record?: string
  expr: string
  labels?: Record<string, string>
  annotations?: Record<string, string>
}

/** A panel of Grafana, as far as it is tested. */
export interface Panel {
  id: number
  title: string
  description?: string
  type: string
  datasource?: { uid: string }
  gridPos: { x: number, y: number, w: number, h: number }
  fieldConfig?: { defaults: { unit?: string } }
  targets?: { expr: string, datasource: { uid: string } }[]
}

/** A dashboard of Grafana, as far as it is tested. */
export interface Dashboard {
  uid: string
  title: string
  panels: Panel[]
  templating: { list: { name: string, type: string, query: string | { query: string } }[] }
  annotations: { list: { expr: string }[] }
}

const readFolder = async (folder: string, extension: string): Promise<[file: string, text: string][]> => {
  const files = (await readdir(new URL(folder, infra))).filter(file => file.endsWith(extension)).sort()
  return await Promise.all(files.map(async file =>
    [`${folder}${file}`, await readFile(new URL(`${folder}${file}`, infra), 'utf8')] as [string, string]))
}

const readYaml = async <T>(folder: string): Promise<[file: string, content: T][]> =>
  (await readFolder(folder, '.yml')).map(([file, text]) => [file, parse(text) as T])

/** Every rule of `infra/prometheus/rules`. */
export const readRules = async (): Promise<Rule[]> =>
  (await readYaml<{ groups: { rules: Rule[] }[] }>('prometheus/rules/'))
    .flatMap(([, { groups }]) => groups.flatMap(({ rules }) => rules))

/** Every dashboard of `infra/grafana/dashboards` by its file. */
export const readDashboards = async (): Promise<[file: string, dashboard: Dashboard][]> =>
  (await readFolder('grafana/dashboards/', '.json')).map(([file, text]) => [file, JSON.parse(text) as Dashboard])

/** Every case of `infra/prometheus/tests` that names an alert. */
export const readRuleTests = async (): Promise<{ alertname: string; exp_alerts: unknown[] }[]> =>
  (
    await readYaml<{ tests: { alert_rule_test: { alertname: string; exp_alerts: unknown[] }[] }[] }>(
      'prometheus/tests/'
    )
  ).flatMap(([, { tests }]) => tests.flatMap(test => test.alert_rule_test))

/** Every expression of the dashboards: of panels, annotations, and variables. */
export const dashboardQueries = ({ panels, annotations, templating }: Dashboard): [where: string, expr: string][] => [
  ...panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => [title, expr] as [string, string])),
  ...annotations.list.map(({ expr }) => ['annotation', expr] as [string, string]),
  ...templating.list.flatMap(({ name, query }) => {
    const [, selector] = /^label_values\((.+), \w+\)$/.exec(typeof query === 'string' ? query : query.query) ?? []
    return selector === undefined ? [] : [[`variable ${name}`, selector] as [string, string]]
  })
]

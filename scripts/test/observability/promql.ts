import { parser } from '@prometheus-io/lezer-promql'

/** A matcher of a label, such as `status=~"5.."`. */
export interface Matcher { label: string, operator: '=' | '!=' | '=~' | '!~', value: string }

/** A selector of series; a metric is named by `name`, or by a matcher of `__name__`. */
export interface Selector { name: string | null, matchers: Matcher[] }

/** What an expression names: its selectors, and the labels of its `by`, `without`, `on` and `ignoring`. */
export interface Query { selectors: Selector[], grouping: Set<string> }

/** Grafana's variables with values that select everything. */
export const withoutVariables = (expr: string, interval = '5m'): string => expr
  .replaceAll('$__rate_interval', interval)
  .replaceAll('$__range', '1h')
  .replaceAll(/\$(?:job|instance|producer|agent)\b/g, '.*')

/** Parses an expression of PromQL. Throws a `SyntaxError` that has it. */
export const parseQuery = (expr: string): Query => {
  const query: Query = { selectors: [], grouping: new Set() }
  const matcher: Partial<Matcher> = {}
  let inGrouping = false
  parser.parse(expr).iterate({
    enter: ({ name, type, from, to }) => {
      if (type.isError) throw new SyntaxError(`${expr}: not PromQL at ${from}`)
      const text = expr.slice(from, to)
      if (name === 'VectorSelector') query.selectors.push({ name: null, matchers: [] })
      if (name === 'Identifier') query.selectors.at(-1)!.name = text
      if (name === 'GroupingLabels') inGrouping = true
      if (name === 'LabelName' && inGrouping) query.grouping.add(text)
      if (name === 'LabelName' && !inGrouping) matcher.label = text
      if (name === 'MatchOp') matcher.operator = text as Matcher['operator']
      if (name === 'StringLiteral' && matcher.operator !== undefined) matcher.value = JSON.parse(text) as string
    },
    leave: ({ name }) => {
      if (name === 'GroupingLabels') inGrouping = false
      if (name === 'UnquotedLabelMatcher') {
        query.selectors.at(-1)!.matchers.push({ ...matcher } as Matcher)
        delete matcher.operator
      }
    }
  })
  return query
}

/** Whether a value satisfies a matcher, negated or not; Prometheus anchors regular expressions at both ends. */
export const matches = ({ operator, value }: Matcher, candidate: string): boolean =>
  operator.endsWith('~') ? new RegExp(`^(?:${value})$`).test(candidate) : candidate === value

import t from 'tap'
import { AlertEngine, describeRule, type AlertChange, type AlertRule } from './alerts.js'

const rule = (part: Partial<AlertRule>): AlertRule => ({
  id: 'a',
  producerId: 1,
  deviceId: null,
  path: 'x',
  kind: 'above',
  limit: 10,
  enabled: true,
  ...part
})

const build = (...rules: AlertRule[]) => {
  const changes: string[] = []
  const engine = new AlertEngine(({ rule, state }: AlertChange) => {
    changes.push(`${rule.id} ${state.firing ? 'fires' : 'clears'} ${state.value ?? '-'}`)
  })
  engine.setRules(rules, 0)
  return { engine, changes }
}

t.test('a bound is told when it is crossed and when it is over, and not in between', async t => {
  const { engine, changes } = build(rule({}), rule({ id: 'b', kind: 'below', limit: 0 }))
  for (const value of [5, 10, 11, 12, 9, 8, -1]) engine.sample(1, 'd', 'x', value, 1)
  t.same(changes, ['a fires 11', 'a clears 9', 'b fires -1'])
  t.match(engine.state('b'), { firing: true, value: -1 })
})

t.test('rules look at their own producer, device and number alone', async t => {
  const { engine, changes } = build(rule({ deviceId: 'd' }), rule({ id: 'off', enabled: false }))
  engine.sample(2, 'd', 'x', 99, 1)
  engine.sample(1, 'e', 'x', 99, 1)
  engine.sample(1, 'd', 'y', 99, 1)
  t.same(changes, [])
  engine.sample(1, 'd', 'x', 99, 1)
  t.same(changes, ['a fires 99'])
})

t.test('silence is told by the clock, and ends with the next message', async t => {
  const { engine, changes } = build(rule({ kind: 'silent', limit: 5 }))
  engine.heard(1, 'd', 4000)
  engine.tick(8000)
  t.same(changes, [])
  engine.tick(9001)
  engine.tick(12_000)
  engine.heard(1, 'd', 13_000)
  engine.tick(14_000)
  t.same(changes, ['a fires -', 'a clears -'])
})

t.test('a rule that is changed or taken away begins anew', async t => {
  const { engine, changes } = build(rule({}))
  engine.sample(1, null, 'x', 11, 1)
  engine.setRules([rule({ limit: 20 })], 2)
  t.equal(engine.state('a'), undefined)
  engine.sample(1, null, 'x', 11, 3)
  t.same(changes, ['a fires 11'])
  engine.setRules([], 4)
  engine.sample(1, null, 'x', 99, 5)
  t.equal(changes.length, 1)
  t.equal(describeRule(rule({})), 'x above 10')
  t.equal(describeRule(rule({ kind: 'silent', limit: 5 })), 'silent for 5 s')
})

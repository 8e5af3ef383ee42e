import t from 'tap'
import { AlertEngine, describeRule, type AlertChange, type AlertRule } from './alert-engine.js'

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

t.test('a threshold rule fires and clears once per crossing', async t => {
  const { engine, changes } = build(rule({}), rule({ id: 'b', kind: 'below', limit: 0 }))
  for (const value of [5, 10, 11, 12, 9, 8, -1]) engine.sample(1, 'd', 'x', value, 1)
  t.same(changes, ['a fires 11', 'a clears 9', 'b fires -1'])
  t.match(engine.state('b'), { firing: true, value: -1 })
})

t.test('a rule only matches its producer, device and field', async t => {
  const { engine, changes } = build(rule({ deviceId: 'd' }), rule({ id: 'off', enabled: false }))
  engine.sample(2, 'd', 'x', 99, 1)
  engine.sample(1, 'e', 'x', 99, 1)
  engine.sample(1, 'd', 'y', 99, 1)
  t.same(changes, [])
  engine.sample(1, 'd', 'x', 99, 1)
  t.same(changes, ['a fires 99'])
})

t.test('a silence rule fires by the clock and clears with the next message', async t => {
  const { engine, changes } = build(rule({ kind: 'silent', limit: 5 }))
  engine.message(1, 'd', 4000)
  engine.tick(8000)
  t.same(changes, [])
  engine.tick(9001)
  engine.tick(12_000)
  engine.message(1, 'd', 13_000)
  engine.tick(14_000)
  t.same(changes, ['a fires -', 'a clears -'])
})

t.test('a changed or removed rule loses its state', async t => {
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

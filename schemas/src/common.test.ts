import { TypeCompiler } from '@sinclair/typebox/compiler'
import { Value } from '@sinclair/typebox/value'
import t from 'tap'
import { Nullable, StringEnum } from './index.js'

t.test('an enumeration accepts only its strings', t => {
  const schema = StringEnum(['asc', 'desc'], { default: 'asc', description: 'Order' })
  const compiled = TypeCompiler.Compile(schema)
  for (const check of [(value: unknown) => compiled.Check(value), (value: unknown) => Value.Check(schema, value)]) {
    t.strictSame(['asc', 'desc'].map(check), [true, true])
    for (const other of ['ASC', '', 0, null, undefined, ['asc']]) t.equal(check(other), false)
  }
  const written = { default: 'asc', description: 'Order', type: 'string', enum: ['asc', 'desc'] }
  t.strictSame(JSON.parse(JSON.stringify(schema)), written)
  t.equal(Value.Default(schema, undefined), 'asc')
  const order: (typeof schema)['static'] = 'desc'
  t.ok(compiled.Check(order))
  t.end()
})

t.test('a nullable enumeration accepts null', t => {
  const compiled = TypeCompiler.Compile(Nullable(StringEnum(['asc'])))
  t.strictSame(['asc', null, 'x', undefined].map(value => compiled.Check(value)), [true, true, false, false])
  t.end()
})

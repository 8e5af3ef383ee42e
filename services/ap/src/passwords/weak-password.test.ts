import t from 'tap'
import { weaknessOf } from './weak-password.js'

t.test('what people guess first is weak', async t => {
  for (const [password, reason] of [
    ['password', /common/],
    ['12345678', /common/],
    ['PassW0rd', /common/],
    ['ｐａｓｓｗｏｒｄ', /common/],
    ['        ', /different/],
    ['abababab', /different/],
    ['kitchen-pi', /username/],
    ['KITCHEN-PI1', /username/],
    ['kitchen-pikitchen-pi', /username/]
  ] as const) t.match(weaknessOf(password, 'kitchen-pi'), reason, JSON.stringify(password))
})

t.test('anything else is taken', async t => {
  for (const password of [
    'correct horse battery',
    'the kitchen-pi at home',
    'längere Wörter',
    '密码密码很难猜的密码',
    'xkq7vmzp'
  ]) {
    t.equal(weaknessOf(password, 'kitchen-pi'), null, password)
  }
})

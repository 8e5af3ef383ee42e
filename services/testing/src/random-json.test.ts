import { payloadOf, payloadsOf } from '@motience/schemas'
import t from 'tap'
import { createRandomJson, seededRandom } from './random-json.js'

t.test('finds the same payload as JSON.parse in any valid JSON', async t => {
  const random = seededRandom(7)
  const json = createRandomJson(random)
  for (let round = 0; round < 3_000; round++) {
    const payload = json.object(4)
    const others = Array.from(
      { length: Math.floor(random() * 4) },
      () => `${json.spaced(json.string())}:${json.spaced(json.value(3))}`
    )
      // A key that says `payload` itself would be another case.
      .filter(member => Object.keys(JSON.parse(`{${member}}`) as object)[0] !== 'payload')
    others.splice(Math.floor(random() * (others.length + 1)), 0, `${json.spaced('"payload"')}:${json.spaced(payload)}`)
    const message = json.spaced(`{${others.join(',')}}`)
    const whole = JSON.parse(message) as { payload: unknown }
    const found = payloadOf(message)!
    if (found.text !== payload || JSON.stringify(JSON.parse(found.text)) !== JSON.stringify(whole.payload)) {
      t.fail(JSON.stringify(message))
    }
    const batch = payloadsOf(json.spaced(`{"messages":[${message},${json.value(3)},${message}]}`))
    if (batch.length !== 3 || batch[0]?.text !== payload || batch[2]?.text !== payload) t.fail(JSON.stringify(message))
  }
})

t.test('terminates on malformed JSON', async t => {
  const random = seededRandom(11)
  const json = createRandomJson(random)
  for (let round = 0; round < 1_000; round++) {
    const text = `{"messages":[{"payload":${json.object(3)}}]}`
    const cut = text.slice(0, Math.floor(random() * text.length))
    try {
      t.ok(payloadsOf(cut).length <= 1)
    } catch (error) {
      t.type(error, SyntaxError)
    }
  }
})

import { createRandomJson, seededRandom } from '@motience/testing'
import t from 'tap'
import { compactJson, indentJson } from './format-json.js'

t.test('changes white space but no token', async t => {
  const text = ' { "imei" : 867322048123456789 ,\n"s" : " a : [ \\" ] ", "l":[ ] ,"o":{ "x": [-0,1.50,true ] } } '
  t.equal(compactJson(text), '{"imei":867322048123456789,"s":" a : [ \\" ] ","l":[],"o":{"x":[-0,1.50,true]}}')
  t.equal(
    indentJson(text),
    '{\n  "imei": 867322048123456789,\n  "s": " a : [ \\" ] ",\n  "l": [],\n' +
      '  "o": {\n    "x": [\n      -0,\n      1.50,\n      true\n    ]\n  }\n}'
  )
})

t.test('matches the layout of JSON.stringify', async t => {
  const json = createRandomJson(seededRandom(5))
  for (let round = 0; round < 500; round++) {
    const value: unknown = JSON.parse(json.value(4))
    const spaced = JSON.stringify(value, null, round % 3)
    if (compactJson(spaced) !== JSON.stringify(value) || indentJson(spaced) !== JSON.stringify(value, null, 2)) {
      t.fail(spaced)
    }
  }
})

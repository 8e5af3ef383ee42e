import t from 'tap'
import { Window } from './window.js'

t.test('keeps the last bytes, in chunks of any size', async t => {
  for (const sizes of [[3, 3, 3, 3], [8], [9], [1, 20], [20, 1], [5, 0, 3, 2], [7, 1, 1]]) {
    const window = new Window(8)
    let all = ''
    for (const [index, size] of sizes.entries()) {
      const text = String.fromCharCode(97 + index).repeat(size)
      all += text
      window.add(Buffer.from(text))
      t.equal(window.content.toString(), all.slice(-8), sizes.join())
    }
  }
})

t.test('a window of size 0 keeps nothing', async t => {
  const window = new Window(0)
  window.add(Buffer.from('text'))
  t.equal(window.content.length, 0)
})

import t from 'tap'
import { closeAll } from './close-all.js'

t.test('closes everything in order and rejects with the first error', async t => {
  const closed: string[] = []
  const part = (name: string, error?: Error) => ({
    close: async () => {
      closed.push(name)
      if (error !== undefined) throw error
    }
  })
  await closeAll([part('a'), part('b')])
  await t.rejects(closeAll([part('c'), part('d', new Error('first')), part('e', new Error('second')), part('f')]), {
    message: 'first'
  })
  t.same(closed, ['a', 'b', 'c', 'd', 'e', 'f'])
})

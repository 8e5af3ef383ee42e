import t from 'tap'
import { createTurn } from './shared-immediate.js'

t.test('whoever waits in one turn goes on together, and later ones after them', async t => {
  const turn = createTurn()
  const story: string[] = []
  const wait = async (name: string): Promise<void> => {
    await turn()
    story.push(name)
  }
  const first = [wait('a'), wait('b')]
  t.equal(turn(), turn())
  t.same(story, [])
  await Promise.all(first)
  const before = turn()
  await before
  t.not(turn(), before)
  t.same(story, ['a', 'b'])
})

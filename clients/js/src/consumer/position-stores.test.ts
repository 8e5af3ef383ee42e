import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { filePositions, storagePositions } from './index.js'
import { PositionTracker } from './position-tracker.js'

const position = { producer_id: 7, epoch: 2, offset: 40 }

t.test('positions in a file survive; without a file there are none', async t => {
  const path = join(t.testdir(), 'positions.json')
  const store = filePositions(path)
  t.same(await store.load(), [])
  await store.save([position])
  t.same(await filePositions(path).load(), [position])
  await writeFile(path, 'half of somethi')
  t.same(await store.load(), [], 'what is no list of positions counts as none')
  await t.rejects(async () => filePositions(t.testdirName).load(), 'a file that can not be read is no empty one')
})

t.test('positions in web storage are under one key', async t => {
  const items = new Map<string, string>([['p', JSON.stringify([position, { producer_id: 'x' }, null])]])
  const store = storagePositions(
    {
      getItem: key => items.get(key) ?? null,
      setItem: (key, value) => {
        items.set(key, value)
      }
    },
    'p'
  )
  t.same(await store.load(), [position], 'whatever is no position is left out')
  await store.save([])
  t.equal(items.get('p'), '[]')
})

t.test('a failed save is reported, and the next one is complete', async t => {
  const errors: unknown[] = []
  const saved: unknown[] = []
  let fail = true
  const keeper = new PositionTracker({
    load: () => [],
    save: positions => {
      if (fail) throw new Error('full')
      saved.push(positions)
    }
  }, error => errors.push(error))
  keeper.advance(7, { epoch: 2, offset: 40 })
  await keeper.flush()
  t.match(errors, [{ message: 'full' }])
  fail = false
  keeper.advance(7, { epoch: 2, offset: 39 })
  await keeper.flush()
  t.same(saved, [[position]], 'what is not ahead changes nothing')
  keeper.reset(7, { epoch: 1, offset: 3 })
  t.same(keeper.get(7), { epoch: 1, offset: 3 })
  keeper.forget(7)
  await keeper.flush()
  t.same(saved.at(-1), [])
})

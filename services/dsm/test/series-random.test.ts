import { databaseKinds } from '@motience/testing'
import { type BooleanPoint, type NumberPoint, type Series, type SeriesKind, type StringPoint } from '@motience/schemas'
import t, { type Test } from 'tap'
import { readSeries, seriesBounds } from '../src/history/read-series.js'
import { testDsm } from './test-dsm.js'
import { fillRaw, randomFrom, type RawMessage } from './raw-history.js'

const BASE = Date.parse('2026-03-01T00:00:00Z')
const COUNT = 12_000
const BUCKET_MS = 60_000

const random = randomFrom(2_026)
const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)]!
const scalar = (): string =>
  pick<() => string>([
    () => (random() * 200 - 100).toFixed(Math.floor(random() * 9)),
    () => `${Math.floor(random() * 1e17)}${Math.floor(random() * 1e6)}`,
    () => pick(['-0', '1e400', '1e-400', '0e0', '1E+3', '1.7e308', '-1.7e308']),
    () => pick(['true', 'false']),
    () =>
      pick([
        '"on"',
        '"off"',
        '"\\u006fn"',
        '"a\\u0000"',
        '"\\ud83d\\ude00"',
        '"😀"',
        '"\\udc00\\ud83d"',
        '"\\\\ud83d\\udc00"'
      ]),
    () => pick(['null', '{}', '[1]', '""'])
  ])()

/** Times that repeat themselves, out of the log's order, some of them finer than a millisecond. */
const messages: RawMessage[] = Array.from({ length: COUNT }, () => {
  const pad = pick(['', ' ', '\n  '])
  return {
    at: BASE + Math.floor(random() * 7_000) * 500,
    ns: pick([0, 0, 0, 1, 400_000]),
    device: pick(['', 'a', 'b']),
    payload: `{${pad}"v.w":{"n":${pad}[${scalar()},${scalar()}],"n":[0${pad},${scalar()}${pad}]},` +
      `"pure":${Math.floor(random() * 1e6)},"flag":${pick(['true', 'false', 'null'])},` +
      `"text":"${pick(['x', 'y', 'z'])}"}`
  }
})

interface Value { at: number, ms: number, device: string, value: number | boolean | string }

/** The values of a field in the order of the device's time, as JSON.parse and a loop find them. */
const valuesOf = (keys: readonly string[], chosen: readonly (RawMessage & { n: number })[]): Value[] => [...chosen]
  .sort((a, b) => a.at - b.at || a.ns! - b.ns! || a.n - b.n)
  .map(({ at, ns, device, payload }) => {
    let value: unknown = JSON.parse(payload)
    for (const key of keys) {
      value = Object.hasOwn(Object(value), key) ? (value as Record<string, unknown>)[key] : undefined
    }
    return { at: at + ns! / 1e6, ms: at, device: device!, value: value as number }
  })
  .filter(({ value }) => typeof value === 'boolean' || typeof value === 'string' || Number.isFinite(value))

const bucketsOf = (values: readonly Value[], kind: SeriesKind): Map<string, Value[]> => {
  const buckets = new Map<string, Value[]>()
  for (const item of values) {
    const found: string = typeof item.value
    if (found !== kind) continue
    const start = new Date(Math.floor(item.ms / BUCKET_MS) * BUCKET_MS).toISOString()
    buckets.set(start, [...buckets.get(start) ?? [], item])
  }
  return buckets
}

const checkNumbers = (t: Test, points: readonly NumberPoint[], values: readonly Value[]): void => {
  const before = new Map<string, Value>()
  const expected = [...bucketsOf(values, 'number')].map(([start, items]) => {
    const numbers = items.map(({ value }) => Number(value))
    const rises = new Map<string, { increase: number, secs: number }>()
    for (const item of items) {
      const last = before.get(item.device)
      before.set(item.device, item)
      if (last === undefined) continue
      const { increase, secs } = rises.get(item.device) ?? { increase: 0, secs: 0 }
      const [now, then] = [Number(item.value), Number(last.value)]
      rises.set(item.device, {
        increase: increase + (now < then ? now : now - then),
        secs: secs + (item.at - last.at) / 1_000
      })
    }
    const risen = [...rises.values()]
    const rates = risen.filter(({ secs }) => secs > 0).map(({ increase, secs }) => increase / secs)
    return {
      t: start,
      count: items.length,
      min: Math.min(...numbers),
      max: Math.max(...numbers),
      last: numbers.at(-1)!,
      increase: risen.length === 0 ? null : risen.reduce((sum, { increase }) => sum + increase, 0),
      rate: rates.length === 0 ? null : rates.reduce((sum, rate) => sum + rate, 0),
      mean: numbers.reduce((sum, number) => sum + number / numbers.length, 0)
    }
  })
  t.equal(points.length, expected.length)
  const near = (found: number | null | undefined, wanted: number | null): boolean =>
    wanted === null || !Number.isFinite(wanted) || typeof found !== 'number'
      ? found === wanted || !Number.isFinite(wanted)
      : Math.abs(found - wanted) <= 1e-9 * Math.max(1, Math.abs(wanted))
  for (const [n, point] of points.entries()) {
    const { t: start, count, min, max, last, increase, rate, mean } = expected[n]!
    const isSame =
      point.t === start && point.count === count && point.min === min && point.max === max && point.last === last
    const isMean =
      point.avg >= min &&
      point.avg <= max &&
      Math.abs(point.avg - mean) <= 1e-12 * Math.max(Math.abs(min), Math.abs(max))
    const isRate = near(point.increase, increase) && near(point.rate, rate)
    if (!isSame || !isMean || !isRate) t.fail(`${JSON.stringify(point)} instead of ${JSON.stringify(expected[n])}`)
  }
}

const checkStates = (
  t: Test,
  points: readonly (BooleanPoint | StringPoint)[],
  values: readonly Value[],
  kind: 'boolean' | 'string'
): void => {
  const states = new Map<string, { value: unknown; since: string | null }>()
  const expected = [...bucketsOf(values, kind)].map(([start, items]) => {
    let changes = 0
    const counts = new Map<unknown, number>()
    for (const { ms, device, value } of items) {
      const before = states.get(device)
      const isChange = before !== undefined && before.value !== value
      if (isChange) changes++
      states.set(device, { value, since: isChange ? new Date(ms).toISOString() : before?.since ?? null })
      counts.set(value, (counts.get(value) ?? 0) + 1)
    }
    const last = items.at(-1)!
    const state = {
      t: start,
      count: items.length,
      last: last.value,
      changes,
      changed_at: states.get(last.device)!.since
    }
    if (kind === 'boolean') return { ...state, share_true: (counts.get(true) ?? 0) / items.length }
    return {
      ...state,
      values: [...counts].sort(([, a], [, b]) => b - a).map(([value, count]) => ({ value, count })),
      other: 0
    }
  })
  t.same(points, expected)
}

for (const databaseKind of await databaseKinds()) {
  t.test(`random values on ${databaseKind} are summed up as a loop does`, async t => {
    const { database, get } = await testDsm(t, { databaseKind })
    await fillRaw(database, 1, messages)
    const all = messages.map((message, n) => ({ ...message, n }))
    const series = async (query: Record<string, string>): Promise<Series> => {
      const response = await get(`1/series?${new URLSearchParams(query).toString()}`)
      if (response.statusCode !== 200) throw new Error(response.body)
      return response.json()
    }
    const from = BASE + 500_000
    const bounds = {
      from: `${new Date(from).toISOString().slice(0, -1)}000002Z`,
      to: `${new Date(from + 600_000).toISOString().slice(0, -1)}4Z`
    }
    const isWithin = ({ at, ns }: RawMessage): boolean =>
      (at > from || (at === from && ns! >= 2)) && (at < from + 600_000 || (at === from + 600_000 && ns! < 400_000))
    for (const [field, keys] of [
      ['/v.w/n/1', ['v.w', 'n', '1']],
      ['payload.pure', ['pure']],
      ['/flag', ['flag']],
      ['/text', ['text']]
    ] as const) {
      for (const [device, range] of [
        [null, {}],
        ['a', bounds]
      ] as const) {
        const values = valuesOf(
          keys,
          all.filter(
            message => (device === null || message.device === device) && (!('from' in range) || isWithin(message))
          )
        )
        const query = { field, ...range, ...(device === null ? {} : { device_id: device }) }
        checkNumbers(t, (await series({ ...query, fn: 'rate' })).points as NumberPoint[], values)
        for (const kind of ['boolean', 'string'] as const) {
          checkStates(t, (await series({ ...query, kind })).points as BooleanPoint[], values, kind)
        }
        const { kind } = await series(query)
        t.equal(kind, values.some(({ value }) => typeof value === 'number') ? 'number' : typeof values.at(-1)!.value)
      }
    }

    t.test('a series takes no more than its bounds', async t => {
      const access = { after: { epoch: 0, offset: 0 }, upTo: { epoch: 1, offset: COUNT }, minVersion: 0, settled: true }
      const read = async (field: string, more: object, bounds: object) =>
        await readSeries(database, 1, { field, ...more }, access, {}, { ...seriesBounds, ...bounds })
      await t.rejects(read('/pure', {}, { messages: COUNT - 1 }), {
        code: 'MOT_BAD_INPUT',
        errors: [{ path: '/from' }]
      })
      await t.resolves(read('/pure', {}, { messages: COUNT }))
      await t.rejects(read('/pure', { fn: 'rate' }, { devices: 2 }), { errors: [{ path: '/device_id' }] })
      await t.resolves(read('/pure', {}, { devices: 2 }))
      await t.rejects(read('/flag', {}, { devices: 2 }), { errors: [{ path: '/device_id' }] })
      await t.rejects(read('/text', {}, { values: 3 }), { errors: [{ path: '/bucket' }] })
      await t.rejects(read('/text', {}, { points: 58 }), { errors: [{ path: '/bucket' }] })
      let looked = 0
      await readSeries(database, 1, { field: '/pure' }, access, {
        onMessages: count => {
          looked += count
        },
        isAwaited: () => false
      })
      t.equal(looked, 10_000, 'nobody waits for the rest')
    })
  })
}

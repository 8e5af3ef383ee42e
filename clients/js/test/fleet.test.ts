import t from 'tap'
import { seededRandom } from '@motience/testing'
import { simulateFleet } from './fleet.js'

t.test('10,000 agents after an outage of 60 s: the peak second has at most three times the mean', async t => {
  for (const failAfterSecs of [0, 15]) {
    for (let seed = 1; seed <= 5; seed++) {
      const { peak, mean, perSecond } = simulateFleet({
        agents: 10_000,
        outageSecs: 60,
        failAfterSecs,
        random: seededRandom(seed)
      })
      t.ok(
        peak <= 3 * mean,
        `seed ${seed}, attempts fail after ${failAfterSecs} s: ` +
          `${peak} of a mean of ${mean.toFixed(0)} over ${perSecond.length} s (${(peak / mean).toFixed(2)} times)`
      )
    }
  }
})

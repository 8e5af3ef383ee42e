import { join } from 'node:path'
import { tmpdir } from 'node:os'
import { mkdtempSync } from 'node:fs'
import { bundle } from '../../../agent/scripts/bundle.mjs'
import { measureSteady } from './steady.js'
const file = await bundle({ outfile: join(mkdtempSync(join(tmpdir(), 'agent-bundle-')), 'motience-agent.mjs') })
const variants: string[][] = [[], ['--max-semi-space-size=1'], ['--max-semi-space-size=1', '--optimize-for-size'], ['--max-semi-space-size=1', '--lite-mode']]
console.table(await Promise.all(variants.map(async flags => ({ flags: flags.join(' '), ...await measureSteady(file, { seconds: 15, compression: true, flags }) }))))

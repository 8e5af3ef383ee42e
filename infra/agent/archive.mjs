import { execFile } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs, promisify } from 'node:util'
import { bundle } from '../../agent/scripts/bundle.mjs'
import { architectures, fetchNode } from './node-runtime.mjs'

const run = promisify(execFile)
const here = dirname(fileURLToPath(import.meta.url))
export const root = join(here, '..', '..')
export const { version } = JSON.parse(readFileSync(join(root, 'agent', 'package.json'), 'utf8'))

/** Lays out what a device needs, in `folder`: Node, the agent in one file, the launcher and the unit. */
export const layOut = async (folder, architecture) => {
  mkdirSync(folder, { recursive: true })
  await bundle({ outfile: join(folder, 'motience-agent.mjs') })
  await fetchNode(architecture, join(folder, 'node'))
  cpSync(join(here, 'motience-agent-launch'), join(folder, 'motience-agent-launch'))
  for (const name of ['node', 'motience-agent-launch']) chmodSync(join(folder, name), 0o755)
}

/** The command that people type: it finds its folder, also through a link. */
export const WRAPPER =
  '#!/bin/sh\ndir=$(dirname "$(readlink -f "$0")")\n' +
  'exec "$dir/node" --max-semi-space-size=1 --max-old-space-size=96 "$dir/motience-agent.mjs" "$@"\n'

/** Makes `motience-agent-<version>-linux-<architecture>.tar.gz` in `out`; returns its path. */
export const makeArchive = async (architecture, out) => {
  const name = `motience-agent-${version}-linux-${architecture}`
  const dir = mkdtempSync(join(tmpdir(), 'agent-archive-'))
  try {
    const folder = join(dir, name)
    await layOut(folder, architecture)
    writeFileSync(join(folder, 'motience-agent'), WRAPPER, { mode: 0o755 })
    cpSync(join(here, 'motience-agent.service'), join(folder, 'motience-agent.service'))
    cpSync(join(root, 'LICENSE'), join(folder, 'LICENSE'))
    mkdirSync(out, { recursive: true })
    const path = join(out, `${name}.tar.gz`)
    await run('tar', ['--owner=0', '--group=0', '--numeric-owner', '-czf', path, '-C', dir, name])
    return path
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { out: { type: 'string', default: join(root, 'agent', 'dist') } }
  })
  const chosen = positionals.length > 0 ? positionals : Object.keys(architectures)
  const unknown = chosen.find(name => !(name in architectures))
  if (unknown !== undefined) {
    console.error(`${unknown} is none of ${Object.keys(architectures).join(', ')}`)
    process.exit(64)
  }
  for (const architecture of chosen) console.error(await makeArchive(architecture, values.out))
}

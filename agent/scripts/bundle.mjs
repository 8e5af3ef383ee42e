import { chmodSync } from 'node:fs'
import { dirname, join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')

/** Of the schemas the agent needs a few constants: modules of theirs that nothing is taken from are left out. */
const withoutUnusedSchemas = {
  name: 'without-unused-schemas',
  setup (build) {
    build.onResolve({ filter: /^@motience\/schemas$|^\.\.?\// }, async args => {
      if (args.pluginData === 'resolved') return undefined
      const found = await build.resolve(args.path, {
        resolveDir: args.resolveDir,
        kind: args.kind,
        importer: args.importer,
        pluginData: 'resolved'
      })
      return found.path.includes(`${sep}schemas${sep}`) ? { ...found, sideEffects: false } : found
    })
  }
}

/**
 * Makes the agent one file of JavaScript, which needs Node 20 and nothing else.
 * @param {{ outfile?: string, minify?: boolean }} [options]
 */
export const bundle = async ({ outfile = join(root, 'dist', 'motience-agent.mjs'), minify = true } = {}) => {
  await build({
    entryPoints: [join(root, 'src', 'cli', 'index.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    conditions: ['motience-source'],
    minify,
    keepNames: true,
    legalComments: 'none',
    logLevel: 'error',
    // `ws` and `commander` are CommonJS and ask for Node's own modules by `require`; these two speed `ws` up where they
    // are installed.
    external: ['bufferutil', 'utf-8-validate'],
    banner: {
      js: [
        '#!/usr/bin/env node',
        "import { createRequire as createRequireForBundle } from 'node:module'",
        'const require = createRequireForBundle(import.meta.url)'
      ].join('\n')
    },
    plugins: [withoutUnusedSchemas]
  })
  chmodSync(outfile, 0o755)
  return outfile
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.error(await bundle())

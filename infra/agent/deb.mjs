import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs, promisify } from 'node:util'
import { layOut, root, version, WRAPPER } from './archive.mjs'
import { architectures } from './node-runtime.mjs'

const run = promisify(execFile)
const here = dirname(fileURLToPath(import.meta.url))

const control = architecture => `Package: motience-agent
Version: ${version}
Architecture: ${architectures[architecture].deb}
Maintainer: The Motience authors <motience@users.noreply.github.com>
Depends: perl-base, libc6, libstdc++6, adduser
Section: net
Priority: optional
Description: sends this device's readings to Motience, and loses none
 Reads the machine's sensors and your own, keeps what cannot be sent on the
 disk, and sends it when the platform is back. Node is included.
`

/** The service starts when there is a configuration: before that there is nothing to send to. */
const postinst = `#!/bin/sh
set -e
if [ "$1" = configure ]; then
  if ! getent passwd motience-agent > /dev/null; then
    adduser --quiet --system --group --home /var/lib/motience-agent --no-create-home motience-agent
  fi
  install -d -m 0750 -o root -g motience-agent /etc/motience-agent
  if [ -d /run/systemd/system ]; then
    systemctl daemon-reload
    if [ -e /etc/motience-agent/agent.yaml ]; then
      chgrp motience-agent /etc/motience-agent/agent.yaml
      chmod 0640 /etc/motience-agent/agent.yaml
      systemctl enable --quiet motience-agent.service
      systemctl restart motience-agent.service
    else
      echo "motience-agent: run 'motience-agent init' and 'dpkg-reconfigure motience-agent' to begin"
    fi
  fi
fi
`
const prerm =
  '#!/bin/sh\nset -e\nif [ "$1" = remove ] && [ -d /run/systemd/system ]; then ' +
  'systemctl disable --quiet --now motience-agent.service || true; fi\n'
const postrm =
  '#!/bin/sh\nset -e\nif [ "$1" = purge ]; then rm -rf /var/lib/motience-agent /etc/motience-agent; fi\n' +
  'if [ -d /run/systemd/system ]; then systemctl daemon-reload || true; fi\n'

/** Makes `motience-agent_<version>_<architecture>.deb` in `out`; returns its path. */
export const makeDeb = async (architecture, out) => {
  const dir = mkdtempSync(join(tmpdir(), 'agent-deb-'))
  try {
    const tree = join(dir, 'tree')
    const lib = join(tree, 'usr', 'lib', 'motience-agent')
    await layOut(lib, architecture)
    writeFileSync(join(lib, 'motience-agent'), WRAPPER, { mode: 0o755 })
    mkdirSync(join(tree, 'usr', 'bin'), { recursive: true })
    symlinkSync('../lib/motience-agent/motience-agent', join(tree, 'usr', 'bin', 'motience-agent'))
    const units = join(tree, 'usr', 'lib', 'systemd', 'system')
    mkdirSync(units, { recursive: true })
    cpSync(join(here, 'motience-agent.service'), join(units, 'motience-agent.service'))
    const doc = join(tree, 'usr', 'share', 'doc', 'motience-agent')
    mkdirSync(doc, { recursive: true })
    cpSync(join(root, 'LICENSE'), join(doc, 'copyright'))
    mkdirSync(join(tree, 'DEBIAN'))
    writeFileSync(join(tree, 'DEBIAN', 'control'), control(architecture))
    for (const [name, text] of Object.entries({ postinst, prerm, postrm })) {
      writeFileSync(join(tree, 'DEBIAN', name), text, { mode: 0o755 })
    }
    mkdirSync(out, { recursive: true })
    const path = join(out, `motience-agent_${version}_${architectures[architecture].deb}.deb`)
    await run('dpkg-deb', ['--root-owner-group', '-Zgzip', '--build', tree, path])
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
  for (const architecture of positionals.length > 0 ? positionals : Object.keys(architectures)) {
    console.error(await makeDeb(architecture, values.out))
  }
}

#!/usr/bin/env node
import { runSource } from './prepare.mjs'

process.exitCode = await runSource('operations/after-restore.ts', process.argv.slice(2), { cwd: process.cwd() })

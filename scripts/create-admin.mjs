#!/usr/bin/env node
import { runSource } from './prepare.mjs'

process.exitCode = await runSource('operations/create-admin.ts', process.argv.slice(2), { cwd: process.cwd() })

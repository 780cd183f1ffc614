#!/usr/bin/env node
/*
 * `npx sparkify …`, and `sparkify …` where it is installed: one command line in the terminal. Builds first where the sources are there, as
 * `npm run sparkify` does; an installation without them has its build. Standard output is the program's own. CommonJS, because boot.cjs has to run before any ES module.
 */
const { spawnSync } = require('node:child_process')
const { existsSync } = require('node:fs')
const { join } = require('node:path')

const root = join(__dirname, '..')
const build = existsSync(join(root, 'src'))
  ? spawnSync(process.execPath, [join(__dirname, 'build.mjs')], { stdio: ['ignore', 2, 2] })
  : null
if (build !== null && build.status !== 0) process.exit(build.status ?? 1)
process.argv.splice(1, 1, join(root, 'dist/boot.cjs'), 'cli')
require(join(root, 'dist/boot.cjs'))

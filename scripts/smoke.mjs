/*
 * `npm run smoke -- 24`: the program on that major version of Node, from its sources to its page.
 *
 * Installs Node from npm into a folder of its own, and there builds the program, loads the two days of the tests' fixtures, asks a
 * question, and opens the page of a bot. Whatever fails ends it with 1, also that Node cannot be installed: it proves nothing then.
 */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const repository = fileURLToPath(new URL('..', import.meta.url))
const program = ['src', 'sql', 'scripts', 'package.json', 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json']
// What a correct load of the two days has.
const plays = 160
const startMs = 60_000

/** Runs a command to its end and gives what it printed. Throws with that, where it fails. */
function run(command, args, options = {}) {
  const { status, error, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', ...options })
  if (error !== undefined) throw error
  if (status !== 0) throw new Error(`${[command, ...args].join(' ')} ended with ${status}:\n${stdout}${stderr}`)
  return stdout
}

/** Installs this major version of Node into the folder; the path of its binary. */
function installNode(folder, major) {
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n')
  run('npm', ['install', '--no-save', '--no-audit', '--no-fund', `node@${major}`], { cwd: folder })
  const node = join(folder, 'node_modules/node/bin/node')
  const version = run(node, ['--version']).trim()
  if (!version.startsWith(`v${major}.`)) throw new Error(`npm installed Node ${version} in place of ${major}`)
  return { node, version }
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  return port
}

/** Starts a bot, reads its page, and stops it. */
async function openPage(node, cwd, env) {
  const port = await freePort()
  const origin = `http://127.0.0.1:${port}`
  const bot = spawn(node, ['dist/boot.cjs', 'main'], {
    cwd,
    env: { ...env, SPARKIFY_PORT: String(port) },
    stdio: 'pipe',
  })
  let printed = ''
  for (const stream of [bot.stdout, bot.stderr]) stream.on('data', (chunk) => (printed += chunk))
  const ended = once(bot, 'exit')
  try {
    const deadline = Date.now() + startMs
    while (
      !(await fetch(`${origin}/healthz`).then(
        ({ ok }) => ok,
        () => false,
      ))
    ) {
      if (bot.exitCode !== null || Date.now() > deadline) throw new Error(`the bot does not answer:\n${printed}`)
      await pause(50)
    }
    // The welcome is posted a moment after the bot can be reached.
    for (;;) {
      const page = await (await fetch(origin)).text()
      if (page.includes('#data-eng') && page.includes('Spin up')) break
      if (Date.now() > deadline) throw new Error(`this is not the page:\n${page}`)
      await pause(50)
    }
  } finally {
    bot.kill('SIGTERM')
  }
  const [status] = await ended
  if (status !== 0) throw new Error(`the bot ended with ${status}:\n${printed}`)
}

async function smoke(major) {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'sparkify-smoke-')))
  try {
    const { node, version } = installNode(folder, major)
    const root = join(folder, 'program')
    for (const name of program) cpSync(join(repository, name), join(root, name), { recursive: true })
    symlinkSync(realpathSync(join(repository, 'node_modules')), join(root, 'node_modules'))
    const env = {
      PATH: process.env.PATH,
      HOME: folder,
      SPARKIFY_HOME: join(folder, 'home'),
      SPARKIFY_LOG_DATA: join(repository, 'test/fixtures/two-days/log_data'),
      SPARKIFY_SONG_DATA: join(repository, 'test/fixtures/two-days/song_data'),
    }
    const runLine = (...line) => run(node, ['dist/boot.cjs', 'cli', ...line], { cwd: root, env })
    run(node, ['scripts/build.mjs'], { cwd: root, env })
    runLine('etl')
    if (!new RegExp(`songplays\\W+${plays}\\b`).test(runLine('qa', 'counts')))
      throw new Error(`etl did not load ${plays} plays`)
    runLine('top-songs', '3')
    await openPage(node, root, env)
    process.stdout.write(`✓ Node ${version}: build, etl, a question, the page\n`)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const [major = ''] = process.argv.slice(2)
if (!/^\d+$/.test(major)) throw new Error('name a major version of Node: npm run smoke -- 24')
await smoke(major)

/*
 * `npm run journey -- 'top songs'`: how many source files a line crosses, and with `--scheduled` how many a schedule crosses before its
 * first line begins to run. Fewer are easier to follow.
 *
 * A file counts where one of its functions ran (V8's precise coverage); loading a module counts nothing. Files that every line crosses,
 * which are those of `help`, and those of a bot that waits, are taken off; so is the local workspace, which stands for Slack. The data
 * are the two days of the tests' fixtures.
 */
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { Session } from 'node:inspector/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'

const root = fileURLToPath(new URL('..', import.meta.url))
const dist = realpathSync(join(root, 'dist'))
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'sparkify-journey-')))
const env = {
  HOME: folder,
  SPARKIFY_HOME: join(folder, 'home'),
  SPARKIFY_LOG_DATA: join(root, 'test/fixtures/two-days/log_data'),
  SPARKIFY_SONG_DATA: join(root, 'test/fixtures/two-days/song_data'),
}

/** The files of the build in which a function ran, by V8's report of its scripts. The function of a module itself starts at 0. */
function crossed(scripts) {
  const home = pathToFileURL(`${dist}/`).href
  return new Set(
    scripts
      .filter(({ url, functions }) => {
        const ran = functions.some(({ ranges: [range] }) => range.startOffset > 0 && range.count > 0)
        return url.startsWith(home) && ran
      })
      .map(({ url }) => url.slice(home.length).replace(/\.js$/, '.ts')),
  )
}

/** Runs one line in the terminal; the files that it crossed. Throws with what it printed, where it fails. */
function runLine(...words) {
  const reports = mkdtempSync(join(folder, 'coverage-'))
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(dist, 'boot.cjs'), 'cli', ...words], {
    encoding: 'utf8',
    env: { ...env, NODE_V8_COVERAGE: reports },
  })
  if (status !== 0) throw new Error(`${words.join(' ')} ended with ${status}:\n${stdout}${stderr}`)
  return crossed(readdirSync(reports).flatMap((name) => JSON.parse(readFileSync(join(reports, name), 'utf8')).result))
}

/** The files that a bot crosses from the moment at which an occurrence is due until its first line runs, less those of its waiting. */
async function scheduled() {
  const load = (name) => import(pathToFileURL(join(dist, name)).href)
  const names = [
    'bot.js',
    'config.js',
    'slackBackend.js',
    'machine/data-dir.js',
    'machine/log.js',
    'platform.js',
    'commands/queries.js',
  ]
  const [
    { startBot },
    { readConfig },
    { slackBackendFor },
    { prepareDataDir },
    { openLog },
    { thisMachine },
    { default: command },
  ] = await Promise.all(names.map(load))
  runLine('schedule', 'add', ...'queries daily at 00:00 in #data-eng'.split(' '), '--yes')
  const config = readConfig({ ...env, SPARKIFY_PORT: String(await freePort()) })
  await prepareDataDir(config.dataDir)
  const log = openLog({ kind: 'file', path: join(folder, 'bot.log') }, [])
  const bot = await startBot(config, {
    platform: thisMachine,
    slackBackend: slackBackendFor(config, thisMachine.clock, log),
    log,
    logFile: null,
    print: () => undefined,
    onReplaced: () => undefined,
  })
  const session = new Session()
  session.connect()
  await session.post('Profiler.enable')
  await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false })
  const begun = new Promise((resolve) => {
    const { bind } = command
    command.bind = (...given) => {
      const bound = bind(...given)
      return {
        ...bound,
        run: (context) => {
          resolve(session.post('Profiler.takePreciseCoverage'))
          return bound.run(context)
        },
      }
    }
  })
  // Longer than the slowest of its loops, but for node-cron's minute.
  await pause(15_000)
  const waiting = crossed((await session.post('Profiler.takePreciseCoverage')).result)
  // In a process of its own: what asks for it is not part of the journey.
  const asking = spawn(process.execPath, [join(dist, 'boot.cjs'), 'cli', 'schedule-run', '1', '--yes'], { env })
  const { result } = await begun
  asking.kill()
  session.disconnect()
  await bot.stop()
  return less(crossed(result), waiting).filter((file) => !file.startsWith('workspace/'))
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address()
  server.close()
  return port
}

function less(files, others) {
  return [...files].filter((file) => !others.has(file)).toSorted()
}

const { values, positionals } = parseArgs({
  options: { scheduled: { type: 'boolean', default: false } },
  allowPositionals: true,
})
if (!values.scheduled && positionals.length === 0) throw new Error("name a line: npm run journey -- 'top songs'")
try {
  runLine('etl')
  const files = values.scheduled ? await scheduled() : less(runLine(...positionals), runLine('help'))
  process.stdout.write(`${files.join('\n')}\n${files.length} files\n`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}

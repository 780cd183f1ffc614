// Started as `node dist/boot.cjs main|cli|sample …`.
// Each running DuckDB statement holds one of libuv's threads, and with the default four a load and three questions would stop
// DNS and file reads for seconds (https://docs.libuv.org/en/v1.x/threadpool.html). libuv reads the size when the pool is first
// used, which is before any ES module runs; so it is set here, in CommonJS.
process.env['UV_THREADPOOL_SIZE'] ??= '16'

// Compiled code is kept in the folder of the build that it belongs to (Node 22.8 and later): compiling is a third of the processor time of a start.
const loader: object = process.getBuiltinModule('node:module')
if ('enableCompileCache' in loader && typeof loader.enableCompileCache === 'function')
  loader.enableCompileCache(`${__dirname}/.compile-cache`)

// The AWS SDK prints a notice on Node 20 at every start; the README names the versions to use.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true'

// All that this program writes is for its own user: folders 0700, files 0600, whatever the shell has set. Libraries make files too
// (the ledger's WAL, DuckDB's loads and spills), so it is set once for all.
process.umask(0o077)

// npm forwards the signals that stop it, but can be killed itself; its bot would go on without a parent, and hold the data folder.
if (process.env['npm_lifecycle_event'] === 'start') {
  const npm = process.ppid
  const watch = setInterval(() => {
    if (process.ppid === npm) return
    clearInterval(watch)
    process.kill(process.pid, 'SIGTERM')
  }, 1000)
  watch.unref()
}

// What Node loads of this program needs about 150; a load also has its sources, its database and its connections open.
const neededFiles = 256

// Out of files, Node's loader fails in several ways, of which a package that is not found is one. So the limit itself is read.
function describe(error: unknown): string {
  const limit = /"open_files":\{"soft":(\d+)/.exec(JSON.stringify(process.report.getReport()))?.[1]
  if (limit !== undefined && Number(limit) < neededFiles)
    return `✗ The program could not start: it may have ${limit} files open, and needs ${neededFiles}.\nRaise the limit first: ulimit -n ${neededFiles}`
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

import(`./${process.argv[2] ?? 'main'}.js`).catch((error: unknown) => {
  process.stderr.write(`${describe(error)}\n`)
  process.exitCode = 1
})

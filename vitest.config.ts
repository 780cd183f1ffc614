import { accessSync, constants, statfsSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { defineConfig } from 'vitest/config'
import { LongestFirst } from './test/support/longest-first.ts'
import { sqlImports } from './test/support/sql-imports.ts'

/**
 * Where homes and warehouses of the tests lie: in memory, where the machine has 2 GiB for it. The ledger waits for the disk at each
 * write, which took 16 of the 42 s of a year of nights; what a killed process has written is the system's to keep either way.
 */
function roomyFolder(): string {
  const inMemory = '/dev/shm'
  try {
    accessSync(inMemory, constants.W_OK)
    const { bavail, bsize } = statfsSync(inMemory)
    return bavail * bsize > 2 ** 31 ? inMemory : tmpdir()
  } catch {
    return tmpdir()
  }
}

export default defineConfig({
  plugins: [sqlImports(import.meta.dirname)],
  test: {
    include: ['test/**/*.test.ts'],
    // Each file has a home, a database and a port of its own, so files may run beside each other, and after each other in one process.
    pool: 'forks',
    isolate: false,
    // Better code of a PostgreSQL in WebAssembly takes longer to compile than to do without.
    execArgv: ['--liftoff-only'],
    globalSetup: ['test/support/global-setup.ts'],
    setupFiles: ['test/support/setup.ts'],
    // A third of the time is spent waiting for processes, sockets and a browser, so two files more run at once than there are cores.
    maxWorkers: availableParallelism() + 2,
    sequence: { sequencer: LongestFirst },
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // The same variables that src/boot.cts sets, and a zone of its own.
    env: {
      UV_THREADPOOL_SIZE: '16',
      TZ: 'UTC',
      TMPDIR: roomyFolder(),
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    },
  },
})

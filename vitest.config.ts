import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Each file has a home, a database and a port of its own, so files may run beside each other.
    pool: 'forks',
    // Half of the time is spent waiting for processes and sockets, so more files run at once than a small machine has cores.
    maxWorkers: 4,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // The same variable that src/boot.cts sets: each running DuckDB statement holds one libuv thread.
    env: { UV_THREADPOOL_SIZE: '16', TZ: 'UTC' },
  },
})

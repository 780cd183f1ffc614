import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Each file has a home, a database and a port of its own, so files may run beside each other.
    pool: 'forks',
    // Half of the time is spent waiting for processes and sockets, so more files run at once than a small machine has cores.
    maxWorkers: 3,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // The same variables that src/boot.cts sets, and a zone of its own.
    env: { UV_THREADPOOL_SIZE: '16', TZ: 'UTC', AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
  },
})

import fc from 'fast-check'
import { afterAll, inject } from 'vitest'
import { lengths } from './soak.ts'

// The same commit always tries the same values.
fc.configureGlobal({ seed: inject('seed'), numRuns: lengths({ gate: 50, soak: 1000 }) })

// Files run one after the other in one process: what one sets for the AWS SDK, the next one must not find.
const found = { ...process.env }
afterAll(() => {
  for (const name of Object.keys(process.env)) if (!(name in found)) delete process.env[name]
  Object.assign(process.env, found)
})

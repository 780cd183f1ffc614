import { Readable } from 'node:stream'
import { sayLine } from '../../src/line.ts'
import type { Ended } from './program.ts'

/**
 * Says one line as the terminal does, all of the program but its process: that one takes 1.4 s of a processor to start. Each
 * line opens the ledger and the warehouse anew, so lines know of each other as little as those of processes do.
 */
export async function sayHere(line: string, env: Readonly<Record<string, string>>): Promise<Ended> {
  // Credentials and endpoint are the SDK's own business, which reads them here.
  for (const [name, value] of Object.entries(env)) if (name.startsWith('AWS_')) process.env[name] = value
  const stdout: string[] = []
  const stderr: string[] = []
  const status = await sayLine(line.split(' '), {
    env,
    streams: {
      input: Readable.from([]),
      out: { write: (text) => stdout.push(text) },
      err: { write: (text) => stderr.push(text) },
    },
    begun: () => undefined,
    replaced: () => {
      throw new Error('nobody else works on this home')
    },
  })
  return { status, signal: null, stdout: stdout.join(''), stderr: stderr.join('') }
}

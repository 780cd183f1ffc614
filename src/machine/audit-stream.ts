import { type FileHandle, open } from 'node:fs/promises'
import { z } from 'zod'
import { inBackground, repeatInBackground } from '../core/background.ts'
import { messageOf, OpsError } from '../core/errors.ts'
import type { Clock } from '../core/ports/clock.ts'
import type { Ledger } from '../core/ports/ledger.ts'
import type { Log } from '../core/ports/log.ts'

const everyMs = 5_000
const entriesAtOnce = 500
const positionNote = 'audit-file'

// The longest entry holds a command line of 3,000 characters and a plan; a line is far shorter than this.
const tailBytes = 1_000_000

const positionSchema = z.int().nullable()
const lineSchema = z.object({ id: z.int() })

/**
 * Appends each entry of the audit log to a file, one JSON object a line, in order and without gaps: existing entries at once, new ones within 5 s.
 * Continues after the last whole line of the file; where the file was moved away, after the last entry that the ledger knows to be written. Throws `storage` when the file cannot be opened.
 */
export async function followAudit(
  file: string,
  { audit, notes }: Pick<Ledger, 'audit' | 'notes'>,
  { clock, log }: { readonly clock: Pick<Clock, 'every'>; readonly log: Log },
): Promise<() => void> {
  await onFile(file, async (handle) => cutTornLine(handle))
  let isWriting = false
  const write = async (): Promise<void> => {
    if (isWriting) return
    isWriting = true
    try {
      while (await append()) {}
    } finally {
      isWriting = false
    }
  }
  /** Writes the next entries; whether there may be more. */
  const append = async (): Promise<boolean> => {
    const noted = positionSchema.parse(await notes.get(positionNote)) ?? 0
    return onFile(file, async (handle) => {
      // A failed write leaves a torn line.
      const written = Math.max(noted, await cutTornLine(handle))
      const entries = await audit.after(written, entriesAtOnce)
      const last = entries.at(-1)
      if (last === undefined) return false
      await handle.appendFile(entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''))
      await handle.sync()
      await notes.set(positionNote, last.id)
      return entries.length === entriesAtOnce
    })
  }
  void inBackground({ log }, 'audit file', write)
  return repeatInBackground({ clock, log }, everyMs, 'audit file', write)
}

/** Opens the file for reading and appending, and makes it for this user alone if there is none. */
async function onFile<T>(file: string, work: (handle: FileHandle) => Promise<T>): Promise<T> {
  const handle = await open(file, 'a+', 0o600).catch((error: unknown) => {
    throw new OpsError(
      'storage',
      `The audit file ${file} cannot be written: ${messageOf(error)}.`,
      'Correct SPARKIFY_AUDIT_FILE, or let the user of the bot write there.',
      { cause: error },
    )
  })
  try {
    return await work(handle)
  } finally {
    await handle.close()
  }
}

/**
 * The number of the last entry in the file, 0 where it has none. An entry without an end, which a crash left, is cut off. Throws `bad_config`
 * for a file of another kind, which is left alone.
 */
async function cutTornLine(handle: FileHandle): Promise<number> {
  const { size } = await handle.stat()
  const start = Math.max(0, size - tailBytes)
  const tail = Buffer.alloc(size - start)
  await handle.read(tail, 0, tail.length, start)
  const end = tail.lastIndexOf('\n') + 1
  const whole = tail.subarray(0, end).toString('utf8').trimEnd().split('\n').at(-1) ?? ''
  const torn = tail.subarray(end).toString('utf8')
  const id = whole === '' ? 0 : idOf(whole)
  if (id === null || (torn !== '' && !'{"id":'.startsWith(torn.slice(0, 6)))) {
    throw new OpsError(
      'bad_config',
      'SPARKIFY_AUDIT_FILE names a file that holds something else; it was left as it is.',
      'Name a new file.',
    )
  }
  if (torn !== '') await handle.truncate(start + end)
  return id
}

/** The number in a line; null where it is no entry of the audit log. */
function idOf(line: string): number | null {
  try {
    return lineSchema.parse(JSON.parse(line)).id
  } catch {
    return null
  }
}

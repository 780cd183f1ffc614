import { authorise, type Catalog } from '../../command/catalog.ts'
import type { Context } from '../../command/context.ts'
import type { Bound, Command } from '../../command/define.ts'
import { partLines } from '../../command/line.ts'
import { nearest } from '../../command/suggest.ts'
import { OpsError } from '../../errors.ts'
import type { ScheduleRecord } from '../../ports/schedules.ts'

/** How long the lines of a schedule may be together: a button holds no more, nor would anybody read it. */
export const maxLinesLength = 1500

const maxLines = 20

/** The lines between the semicolons, as they were typed. Throws `bad_argument` where there are none, or too many. */
export function linesOf(said: string): readonly string[] {
  const lines = partLines(said)
  if (lines.length === 0) {
    const remedy = 'Say schedule add "top songs 10" daily at 07:00 in #music.'
    throw new OpsError('bad_argument', 'What should be said? Nothing was done.', remedy)
  }
  if (lines.length <= maxLines && said.length <= maxLinesLength) return lines
  throw new OpsError(
    'bad_argument',
    `A schedule says at most ${maxLines} lines of ${maxLinesLength.toLocaleString('en')} characters together. Nothing was done.`,
    'Make two of it.',
  )
}

/**
 * All that a schedule will say, each line understood, and allowed to its asker now; a schedule that wakes the warehouse says `resume` too.
 * Throws what is wrong with a line, `not_allowed`, and `bad_argument` where its options make no sense with its lines.
 */
export function understood(
  { lines, whenPaused, condition }: Pick<ScheduleRecord, 'lines' | 'whenPaused' | 'condition'>,
  { catalog, who, deps }: Context,
): readonly Bound[] {
  const bound = lines.map((line) => readIn(line, catalog))
  const all = whenPaused === 'resume' ? [...bound, catalog.read(catalog.that(wakesPaused).name)] : bound
  for (const { command } of all) {
    if (command.schedulable === false) {
      const message = `${command.name} cannot be said by the clock. Nothing was done.`
      throw new OpsError('bad_argument', message, 'Say it yourself.')
    }
    authorise(command, who, deps.directory)
  }
  const other = bound.find(({ command }) => command.keeps !== true)
  if (whenPaused === 'last' && other !== undefined) {
    throw new OpsError(
      'bad_argument',
      `${other.command.name} keeps no answer that could be given while the warehouse is paused. Nothing was done.`,
      'Use paused=last for questions only; otherwise paused=wait or paused=resume.',
    )
  }
  const needsRows = condition.kind === 'not-empty' || condition.kind === 'changed'
  if (needsRows && !bound.some(({ command }) => command.effect === 'read')) {
    throw new OpsError(
      'bad_argument',
      `No line of ${lines.join('; ')} asks for rows, so it would never be posted. Nothing was done.`,
      'Leave if= out, or say if=checks.',
      { field: 'if' },
    )
  }
  return all
}

/** Whether it is the command that wakes a paused cluster, and does nothing else. */
export function wakesPaused({ wakes }: Command): boolean {
  return wakes === 'paused'
}

/** Reads a line of a schedule. What would mend it alone is no button: it would be said at once. */
function readIn(line: string, catalog: Catalog): Bound {
  const fault = faultOf(line, catalog)
  if (fault !== null) throw fault.with({ cure: undefined })
  return catalog.read(line)
}

/** The lines with the nearest command in place of one that is not known; null where that would not be understood either. */
export function mendedLines(lines: readonly string[], catalog: Catalog): readonly string[] | null {
  const mended = lines.map((line) => mendedLine(line, catalog))
  return mended.includes(null) ? null : mended.map(String)
}

function mendedLine(line: string, catalog: Catalog): string | null {
  const fault = faultOf(line, catalog)
  if (fault === null) return line
  const { code, cure } = fault
  if (code !== 'unknown_command' || cure === undefined || catalog.find(cure) === undefined) return null
  const words = line.split(/\s+/)
  // A name may be written as several words; the catalog looks for the longest first.
  const length = [3, 2, 1].find((n) => nearest(words.slice(0, n).join('-').toLowerCase(), [cure]) !== null)
  const mended = [cure, ...words.slice(length)].join(' ')
  return length === undefined || faultOf(mended, catalog) !== null ? null : mended
}

/** What is wrong with a line, by itself; null where it is understood. */
export function faultOf(line: string, catalog: Catalog): OpsError | null {
  try {
    catalog.read(line)
    return null
  } catch (error) {
    if (error instanceof OpsError) return error
    throw error
  }
}

import { authorise, type Catalog } from '../../command/catalog.ts'
import type { Context } from '../../command/context.ts'
import type { Command, ParsedCommand } from '../../command/define.ts'
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
    const remedy = 'For example: schedule add "top songs 10" daily at 07:00 in #music.'
    throw new OpsError('bad_argument', 'Which commands should it run? Nothing was done.', remedy)
  }
  if (lines.length <= maxLines && said.length <= maxLinesLength) return lines
  throw new OpsError(
    'bad_argument',
    `A schedule runs at most ${maxLines} commands, of ${maxLinesLength.toLocaleString('en')} characters together. Nothing was done.`,
    'Add two schedules.',
  )
}

/**
 * All that a schedule will run, each line read, and allowed to its asker now; a schedule that resumes the warehouse runs `resume` too.
 * Throws what is wrong with a line, `not_allowed`, and `bad_argument` where its options make no sense with its lines.
 */
export function understood(
  { lines, whenPaused, condition }: Pick<ScheduleRecord, 'lines' | 'whenPaused' | 'condition'>,
  { catalog, who, deps }: Context,
): readonly ParsedCommand[] {
  const parsed = lines.map((line) => readIn(line, catalog))
  const all = whenPaused === 'resume' ? [...parsed, catalog.that('resumes').with({})] : parsed
  for (const { command } of all) {
    if (command.schedulable === false) {
      const message = `${command.name} cannot be scheduled. Nothing was done.`
      throw new OpsError('bad_argument', message, 'Run it yourself.')
    }
    authorise(command, who, deps.directory)
  }
  const other = parsed.find(({ command }) => command.keeps !== true)
  if (whenPaused === 'last' && other !== undefined) {
    throw new OpsError(
      'bad_argument',
      `${other.command.name} has no stored answer to post while the warehouse is paused. Nothing was done.`,
      'Leave out paused=; only queries can use paused=last.',
    )
  }
  const needsRows = condition.kind === 'not-empty' || condition.kind === 'changed'
  if (needsRows && !parsed.some(({ command }) => command.effect === 'read')) {
    throw new OpsError(
      'bad_argument',
      `No command of ${lines.join('; ')} returns rows, so it would never post. Nothing was done.`,
      'Leave out if=, or use if=checks.',
      { field: 'if' },
    )
  }
  return all
}

/** The commands of these lines. Lines that are no longer understood, after an update, name none. */
export function commandsOf(lines: readonly string[], catalog: Catalog): readonly Command[] {
  return lines.flatMap((line) => {
    const request = catalog.request(line)
    return request.kind === 'fault' ? [] : [request.parsed.command]
  })
}

/** Reads a line of a schedule. Its fix is no button, which would run that line alone, at once. */
function readIn(line: string, catalog: Catalog): ParsedCommand {
  const request = catalog.request(line)
  if (request.kind === 'fault') throw request.fault.with({ fixCommand: undefined })
  return request.parsed
}

/** The lines with the nearest command in place of one that is not known; null where that would not be understood either. */
export function fixedLines(lines: readonly string[], catalog: Catalog): readonly string[] | null {
  const fixed = lines.map((line) => fixedLine(line, catalog))
  return fixed.includes(null) ? null : fixed.map(String)
}

function fixedLine(line: string, catalog: Catalog): string | null {
  const fault = faultOf(line, catalog)
  if (fault === null) return line
  const { code, fixCommand } = fault
  if (code !== 'unknown_command' || fixCommand === undefined || catalog.find(fixCommand) === undefined) return null
  const words = line.split(/\s+/)
  // A name may be written as several words; the catalog looks for the longest first.
  const length = [3, 2, 1].find((n) => nearest(words.slice(0, n).join('-').toLowerCase(), [fixCommand]) !== null)
  const fixed = [fixCommand, ...words.slice(length)].join(' ')
  return length === undefined || faultOf(fixed, catalog) !== null ? null : fixed
}

/** What is wrong with a line, by itself; null where it is understood. */
export function faultOf(line: string, catalog: Catalog): OpsError | null {
  const request = catalog.request(line)
  return request.kind === 'fault' ? request.fault : null
}

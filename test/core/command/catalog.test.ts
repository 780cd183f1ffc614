import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createCatalog } from '../../../src/core/command/catalog.ts'
import type { ParsedCommand } from '../../../src/core/command/define.ts'
import { maxLineLength } from '../../../src/core/command/line.ts'
import { OpsError } from '../../../src/core/errors.ts'
import { realCatalog } from '../../support/catalog.ts'
import { lengths } from '../../support/soak.ts'
import { typedLine } from '../../support/typed-lines.ts'

const catalog = await realCatalog()

function refusalOf(line: string): OpsError {
  try {
    catalog.read(line)
  } catch (error) {
    if (error instanceof OpsError) return error
    throw error
  }
  throw new Error(`"${line}" was understood`)
}

describe('a line as people type it', () => {
  it.each([
    ['top songs 20', 'top-songs n=20'],
    ['top-songs 20', 'top-songs n=20'],
    ['top_songs n=20', 'top-songs n=20'],
    ['Top_Songs --n 20', 'top-songs n=20'],
    ['TOP SONGS —n 20', 'top-songs n=20'],
    ['top songs n=“20”', 'top-songs n=20'],
    ['top songs 1,000', 'top-songs n=1,000'],
    ['top songs last=7d', 'top-songs last=7d'],
    ['top songs 7d', 'top-songs last=7d'],
    ['top songs 7D paid', 'top-songs last=7D level=paid'],
    ['top songs paid listeners 5 4w', 'top-songs level=paid by=listeners n=5 last=4w'],
    ['top songs since=2018-11-29 until=2018-11-30', 'top-songs since=2018-11-29 until=2018-11-30'],
    ['top songs matched=yes', 'top-songs matched=yes'],
    ['top songs --matched', 'top-songs matched=yes'],
    ['qa counts', 'qa part=counts'],
    ['etl max_errors=3', 'etl max-errors=3'],
    ['etl --Max-Errors 3', 'etl max-errors=3'],
    ['spin-up 8h', 'spin-up lease=8h'],
    ['spin up lease=2d nodes=2', 'spin-up lease=2d nodes=2'],
    ['extend 4h', 'extend by=4h'],
    ['tear down', 'tear-down'],
    ['tear-down sparkify snapshot=no', 'tear-down cluster=sparkify snapshot=no'],
    ['runs #12', 'runs id=#12'],
    ['help top songs', 'help top songs'],
    ['schedule', 'schedule'],
    [
      'schedule add “top songs 10” daily at 07:00 in <#C024BE91L|music>',
      'schedule-add "top songs 10" daily at 07:00 in <#C024BE91L|music>',
    ],
    ['schedule add "etl" "0 3 * * *" tz=Europe/London', 'schedule-add etl "0 3 * * *" tz=Europe/London'],
    ['schedule list', 'schedule part=list'],
    ['schedule snooze 3 for 2h', 'schedule-snooze id=3 for=2h'],
    ['runs since 15m', 'runs since=15m'],
    ['schedule move 3 to #music', 'schedule-move id=3 channel=#music'],
    ['', 'home'],
    ['   ', 'home'],
  ])('%j means %j', (typed, line) => {
    expect(catalog.read(typed).line).toBe(line)
  })

  it('means the same when it is said again in its plain form', () => {
    const commands = fc.constantFrom('', ...catalog.commands.map(({ name }) => `${name} `))
    fc.assert(
      fc.property(commands, typedLine, (command, rest) => {
        const parsed = read(`${command}${rest}`)
        fc.pre(parsed !== null)
        const again = catalog.read(parsed.line)
        expect(again.line).toBe(parsed.line)
        expect(again.command).toBe(parsed.command)
      }),
      { numRuns: lengths({ gate: 200, soak: 10000 }) },
    )
  })

  it('is refused when its plain form would be too long to be said again', () => {
    const words = 'x'.repeat(maxLineLength - 'schedule-add '.length)
    expect(catalog.read(`schedule-add ${words}`).line).toHaveLength(maxLineLength)
    expect(refusalOf(`top songs ${'0'.repeat(maxLineLength)}`)).toMatchObject({ code: 'bad_argument' })
  })
})

describe('a line that is not understood', () => {
  it.each([
    [
      'top sogns',
      'unknown_command',
      'I do not know "top sogns". Nothing was done.',
      'Did you mean top-songs? Type help to see all commands.',
    ],
    [
      'teardown',
      'unknown_command',
      'I do not know "teardown". Nothing was done.',
      'Did you mean tear-down? Type help to see all commands.',
    ],
    [
      'etll',
      'unknown_command',
      'I do not know "etll". Nothing was done.',
      'Did you mean etl? Type help to see all commands.',
    ],
    [
      'make me a sandwich',
      'unknown_command',
      'I do not know "make me a sandwich". Nothing was done.',
      'Type help to see all commands.',
    ],
    [
      '"etl"',
      'unknown_command',
      'I do not know "etl". Nothing was done.',
      'Did you mean etl? Type help to see all commands.',
    ],
    [
      'top songs n=-1',
      'bad_argument',
      'n: "-1" is not a whole number from 1 to 1,000. Nothing was done.',
      'See help top-songs for its parameters.',
    ],
    [
      'top songs n=1e9',
      'bad_argument',
      'n: "1e9" is not a whole number from 1 to 1,000. Nothing was done.',
      'See help top-songs for its parameters.',
    ],
    [
      'top songs n=',
      'bad_argument',
      'n: "" is not a whole number from 1 to 1,000. Nothing was done.',
      'See help top-songs for its parameters.',
    ],
    [
      'top songs n=999999999999999999999',
      'bad_argument',
      'n: "999999999999999999999" is not a whole number from 1 to 1,000. Nothing was done.',
      'See help top-songs for its parameters.',
    ],
    [
      'top songs 9999',
      'bad_argument',
      'n: "9999" is not a whole number from 1 to 1,000. Nothing was done.',
      'See help top-songs for its parameters.',
    ],
    [
      'top songs -5',
      'bad_argument',
      'n: "-5" is not a whole number from 1 to 1,000. Nothing was done.',
      'See help top-songs for its parameters.',
    ],
    [
      'top songs n 9999',
      'bad_argument',
      'n: "9999" is not a whole number from 1 to 1,000. Nothing was done.',
      'See help top-songs for its parameters.',
    ],
    [
      'top songs 99999d',
      'bad_argument',
      'last: "99999d" is not a valid period. Nothing was done.',
      'Use 24h, 7d, 4w or whole-day. See help top-songs for its parameters.',
    ],
    [
      'schedule snooze 3 until=tomorrow',
      'bad_argument',
      'until: "tomorrow" is not off. Nothing was done.',
      'See help schedule-snooze for its parameters.',
    ],
    [
      'top songs since=soon',
      'bad_argument',
      'since: "soon" is not a day like 2018-11-30. Nothing was done.',
      'See help top-songs for its parameters.',
    ],
    [
      'top songs since=2018-02-30',
      'bad_argument',
      'since: "2018-02-30" is not a day like 2018-11-30. Nothing was done.',
      'See help top-songs for its parameters.',
    ],
    [
      'top songs last=0d',
      'bad_argument',
      'last: "0d" is not a valid period. Nothing was done.',
      'Use 24h, 7d, 4w or whole-day. See help top-songs for its parameters.',
    ],
    [
      'top songs level=payd',
      'bad_argument',
      'level: "payd" is not one of any, free, paid. Nothing was done.',
      'Did you mean level=paid?',
    ],
    [
      'top songs 5 6',
      'bad_argument',
      'top-songs does not understand "6". Nothing was done.',
      'It takes level (any, free, paid); by (plays, listeners); last (24h, 7d, 4w or whole-day).',
    ],
    [
      'top songs lisseners',
      'bad_argument',
      'top-songs does not understand "lisseners". Nothing was done.',
      'Did you mean listeners? It takes n (a whole number from 1 to 1,000); level (any, free, paid); by (plays, listeners); last (24h, 7d, 4w or whole-day).',
    ],
    ['top songs n=5 n=6', 'bad_argument', 'n is set twice. Nothing was done.', 'Remove one of the two.'],
    ['top songs 5 --n 6', 'bad_argument', 'n is set twice. Nothing was done.', 'Remove one of the two.'],
    [
      'top songs levle=paid',
      'bad_argument',
      'top-songs has no parameter "levle". Nothing was done.',
      'Did you mean level=paid? top-songs takes n, level, by, matched, last, since, until, compare.',
    ],
    ['etl full', 'bad_argument', 'full has no value. Nothing was done.', 'Type full= and its value (yes, no).'],
    [
      'top songs last n=5',
      'bad_argument',
      'last has no value. Nothing was done.',
      'Type last= and its value (24h, 7d, 4w or whole-day).',
    ],
    ['status now', 'bad_argument', 'status does not understand "now". Nothing was done.', 'status takes nothing more.'],
    ['status n=1', 'bad_argument', 'status has no parameter "n". Nothing was done.', 'status takes no parameters.'],
    [
      'etl max-errors=1000000',
      'bad_argument',
      'max-errors: "1000000" is not a whole number from 0 to 100,000. Nothing was done.',
      'See help etl for its parameters.',
    ],
    [
      'extend 0h',
      'bad_argument',
      'by: "0h" is not a valid duration. Nothing was done.',
      'Use 30m, 8h or 2d, at most 744h. See help extend for its parameters.',
    ],
    [
      'spin-up lease=32d',
      'bad_argument',
      'lease: "32d" is not a valid duration. Nothing was done.',
      'Use 30m, 8h or 2d, at most 744h. See help spin-up for its parameters.',
    ],
    [
      'tear-down snapshot=perhaps',
      'bad_argument',
      'snapshot: "perhaps" is not one of yes, no. Nothing was done.',
      'See help tear-down for its parameters.',
    ],
  ])('%j is refused with the word, what is allowed and the nearest right one', (line, code, message, remedy) => {
    expect(refusalOf(line)).toMatchObject({ code, message, remedy })
  })

  it.each([
    "top songs level='paid' or '1'='1'",
    'top songs level="paid; drop table songplays"',
    'top songs n="1; delete from users"',
    'top songs since="2018-11-01\' --"',
    'qa "counts union select 1"',
  ])('%j, SQL in a parameter, is only a wrong word', (line) => {
    expect(refusalOf(line)).toMatchObject({ code: 'bad_argument' })
  })

  it('is quoted back short enough to read, without marks that hide what it says', () => {
    const { message } = refusalOf(`top \u202e\u0007${'a'.repeat(2000)}`)
    expect(message).toBe(`I do not know "top ${'a'.repeat(53)}…". Nothing was done.`)
  })

  it('is refused, however long', () => {
    refusalOf('a b '.repeat(700))
    refusalOf('x'.repeat(3000))
    expect(refusalOf('x'.repeat(40_000))).toMatchObject({ code: 'bad_argument' })
  })

  it('leads to the nearest command by a button', () => {
    expect(refusalOf('top sogns 20').fixCommand).toBe('top-songs')
    expect(refusalOf('xyzzy').fixCommand).toBe('help')
  })
})

describe('the catalog', () => {
  it('understands every example that its commands give', () => {
    const understood = catalog.commands.flatMap(({ name, examples }) =>
      examples.map((line) => [name, catalog.read(line).command.name] as const),
    )
    expect(understood.filter(([name, command]) => name !== command)).toEqual([])
    expect(understood.length).toBeGreaterThan(20)
  })

  it.each([
    ['load', 'etl'],
    ['Load again', 'etl'],
    ['check', 'qa'],
    ['questions', 'queries'],
    ['schedules', 'schedule'],
  ])('reads the label "%s" of a button as %s', (label, name) => {
    expect(catalog.read(label).command.name).toBe(name)
  })

  it('does not read a bare number as the unreadable rows that a load may leave out', () => {
    expect(refusalOf('load 5').message).toBe('etl does not understand "5". Nothing was done.')
  })

  it('stops the start when two files claim one name', () => {
    const twice = [...catalog.commands, ...catalog.commands.slice(0, 1)]
    expect(() => createCatalog(twice)).toThrow('Two files define the command "alert".')
  })

  it('refuses a second command with a declaration by which core finds one', () => {
    for (const declares of ['resumes', 'pauses', 'runsSchedule', 'repeatsRows', 'isDefault'] as const) {
      const one = catalog.that(declares)
      expect(() => createCatalog([...catalog.commands, { ...one, name: 'other', aliases: [] }])).toThrow(
        `${one.name} and other both declare ${declares}`,
      )
    }
  })
})

function read(line: string): ParsedCommand | null {
  try {
    return catalog.read(line)
  } catch (error) {
    if (error instanceof OpsError) return null
    throw error
  }
}

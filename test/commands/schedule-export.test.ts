import '../../src/commands/schedule/export.ts'
import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { withChannelNames } from '../../src/core/channel.ts'
import { partLines, tokenize } from '../../src/core/command/line.ts'
import { OpsError } from '../../src/core/errors.ts'
import type { Place } from '../../src/core/place.ts'
import type { Condition, ScheduleRecord } from '../../src/core/ports/schedules.ts'
import { readWhen } from '../../src/core/schedule/make/when.ts'
import { readTerminalArguments } from '../../src/terminal/arguments.ts'
import { anna, channel, command, terminal } from '../support/core.ts'
import { scheduled } from '../support/schedule.ts'
import { createScheduleOffice } from '../support/schedule-office.ts'
import { lengths } from '../support/soak.ts'

const nobody = {
  postingError: async () => null,
  requirePosts: () => undefined,
}

// Direct messages are one's own.
const owner = { ...anna, id: 'U0ANNA001' }

// A line that takes any words, so that all that can be quoted is.
const say = command('say', async () => undefined, { effect: 'read' })
const bindSay = { ...say, bind: () => ({ ...say.bind([]), line: 'say' }) }

const word = fc.stringMatching(/^[a-zåß0-9&<>#@|.,!?'-]{1,12}$/)
const quoted = fc
  .tuple(fc.constantFrom('"', "'"), fc.stringMatching(/^[a-z ;=<>&]{0,12}$/))
  .map(([mark, text]) => `n=${mark}${text}${mark}`)
const line = fc.array(fc.oneof(word, quoted), { maxLength: 4 }).map((words) => ['say', ...words].join(' '))

/**
 * Nobody could have made a schedule of these: quotation marks that do not pair up part lines elsewhere, and of
 * `<!0| n=">"` the label of what looks like Slack's mention takes one of a pair with it.
 */
const couldBeMade = (lines: readonly string[]): boolean => {
  const parted = partLines(lines.join('; '))
  return parted.length === lines.length && parted.every((each, at) => each === lines[at] && canBeCut(each))
}

const canBeCut = (line: string): boolean => {
  try {
    return tokenize(line).length > 0
  } catch (error) {
    if (error instanceof OpsError) return false
    throw error
  }
}

const when = fc
  .oneof(
    fc.tuple(
      fc.constantFrom('daily', 'nightly', 'weekdays', 'weekends', 'mondays', 'mondays,thursdays', 'every sunday'),
      fc.constant('at'),
      fc.constantFrom('0:00', '7am', '03:30', '23.59'),
    ),
    fc.tuple(fc.constantFrom('every', 'Every'), fc.constantFrom('1h', '6h', '12h', '24h', 'hour')),
    fc.tuple(
      fc.constant('every'),
      fc.constantFrom('8h', '24h'),
      fc.constantFrom('from', 'at'),
      fc.constantFrom('9:15'),
    ),
    fc.constantFrom(['hourly'], ['hourly', 'at', '0:20'], ['0 3 * * *'], ['*/5', '7-19', '1,15', 'jan-mar', 'mon']),
  )
  .map((words) => readWhen(words.join(' ').split(' ')))

const place: fc.Arbitrary<Place> = fc.oneof(
  fc
    .stringMatching(/^[CG][A-Z0-9]{8}$/)
    .map((id) => ({ kind: 'slack' as const, channel: id, channelName: id.toLowerCase(), direct: false })),
  fc.record({
    kind: fc.constant('slack' as const),
    channel: fc.stringMatching(/^[CG][A-Z0-9]{8}$/),
    direct: fc.constant(false),
  }),
  fc.record({
    kind: fc.constant('slack' as const),
    channel: fc.constant(owner.id),
    direct: fc.constant(true),
  }),
)

const condition: fc.Arbitrary<Condition> = fc.oneof(
  fc.constantFrom({ kind: 'always' } as const, { kind: 'not-empty' } as const, { kind: 'checks' } as const),
  fc.integer({ min: 0, max: 100_000 }).map((n) => ({ kind: 'changed', percent: n / 100 }) as const),
)

const schedule: fc.Arbitrary<Omit<ScheduleRecord, 'id'>> = fc
  .record({
    lines: fc.array(line, { minLength: 1, maxLength: 4 }).filter(couldBeMade),
    when,
    zone: fc.constantFrom('UTC', 'Europe/London', 'America/Argentina/Buenos_Aires', 'Etc/GMT+5'),
    place,
    condition,
    whenPaused: fc.constantFrom('wait' as const, 'resume' as const),
    catchUpHours: fc
      .oneof(fc.integer({ min: 0, max: 7 * 24 * 60 }), fc.integer({ min: 9_990, max: 7 * 24 * 60 }))
      .map((minutes) => minutes * (1 / 60)),
    state: fc.constantFrom({ kind: 'active' } as const, { kind: 'paused' } as const),
  })
  .map(({ when: said, ...rest }) => scheduled({ ...rest, ...said, owner, created: '2026-11-23T12:00:00.000Z' }))

/** Finds the channels of `place` by their names. */
const resolve = async (given: Place): Promise<Place> => {
  if (given.kind === 'terminal' || !given.channel.startsWith('#')) return given
  const channelName = given.channel.slice(1)
  return { ...given, channel: channelName.toUpperCase(), channelName }
}

/** What a shell makes of words that are typed behind the program's name. */
const typedInShell = (words: string): readonly string[] =>
  execFileSync('bash', ['-c', `printf '%s\\0' ${words}`], { encoding: 'utf8' })
    .split('\0')
    .slice(0, -1)

describe('schedule export', () => {
  it(
    'gives the very lines that make the same schedules in an empty ledger, whatever they are',
    async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(schedule, { minLength: 1, maxLength: 3 }), async (wanted) => {
          const { bot } = await createScheduleOffice({}, [bindSay])
          for (const one of wanted) await bot.ledger.schedules.add(one)
          const kept = await bot.ledger.schedules.list()
          const [code] = (await bot.say('schedule export')).replies
          if (code?.kind !== 'text') throw new Error('no lines are exported')
          expect(code.tone).toBe('code')
          const { bot: other, roles } = await createScheduleOffice({ outbox: { ...nobody, resolve } }, [bindSay])
          roles.set(owner.id, 'admin')
          const said = code.text.split('\n')
          for (const one of said) expect(await other.say(one, { who: owner })).toMatchObject({ ok: true })
          const made = await other.ledger.schedules.list()
          // Minutes are whole, and channels go by their names, also those inside of a line.
          const asExported = (all: readonly ScheduleRecord[]) =>
            all.map((each) => ({
              ...each,
              lines: each.lines.map(withChannelNames),
              catchUpHours: Math.round(each.catchUpHours * 60),
            }))
          expect(asExported(made)).toEqual(asExported(kept))
        }),
        { numRuns: lengths({ gate: 12, soak: 500 }) },
      )
    },
    lengths({ gate: 60_000, soak: 3_600_000 }),
  )

  it('names the channel as people do, the zone, and whatever is not usual, of one schedule or of all', async () => {
    const { bot } = await createScheduleOffice()
    await bot.say('schedule add load 0 3 * * * in <#C0DATA123|data> paused=resume if=checks catch-up=90m')
    await bot.say('schedule add "load; greet" every 6h if=changed tz=Europe/London')
    await bot.say('schedule pause 2')
    const first = 'schedule add "load" "0 3 * * *" in #data tz=UTC if=checks paused=resume catch-up=90m'
    const second = 'schedule add "load; greet" every 6h in #music tz=Europe/London if=changed state=paused'
    expect(await bot.say('schedule export')).toMatchObject({
      headline: '2 lines to create 2 schedules again.',
      replies: [{ text: `${first}\n${second}`, tone: 'code' }, {}],
    })
    expect((await bot.say('schedule export 2')).replies[0]).toMatchObject({ text: second })
  })

  it('gives a terminal lines that a shell takes for what they are', async () => {
    const { bot } = await createScheduleOffice({}, [bindSay])
    await bot.say('schedule add "greet; say 3 channel=<#C0MUSIC|music>" 0 3 * * * in <#C0DATA123|data> if=changed>5%')
    const exported = (await bot.say('schedule export 1', { place: terminal })).replies[0]
    const words = 'schedule add "greet; say 3 channel=#music" "0 3 * * *" in "#data" tz=UTC if="changed>5%"'
    expect(exported).toMatchObject({ text: words })
    const { bot: other } = await createScheduleOffice({ outbox: { ...nobody, resolve } }, [bindSay])
    const { line } = readTerminalArguments(typedInShell(words))
    expect(await other.say(line, { place: terminal })).toMatchObject({ ok: true })
    expect(await other.ledger.schedules.list()).toMatchObject([
      {
        lines: ['greet', 'say 3 channel=#music'],
        cron: '0 3 * * *',
        condition: { percent: 5 },
        place: { channelName: 'data' },
      },
    ])
  })

  it('leaves what only looks like a channel as it was typed, so that it stays two words', async () => {
    const { bot } = await createScheduleOffice({}, [bindSay])
    await bot.ledger.schedules.add(
      scheduled({ lines: ['say <#C0|? >'], place: channel, owner, created: '2026-11-23T12:00:00.000Z' }),
    )
    expect((await bot.say('schedule export')).replies[0]).toMatchObject({
      text: expect.stringContaining('say <#C0|? >'),
    })
  })

  it('of no schedules says so', async () => {
    const { bot } = await createScheduleOffice()
    expect(await bot.say('schedule export')).toMatchObject({ ok: true, headline: 'No schedules yet.' })
  })
})

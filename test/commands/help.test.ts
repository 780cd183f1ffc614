import '../../src/commands/help.ts'
import '../../src/commands/queries.ts'
import { describe, expect, it } from 'vitest'
import { readCommands } from '../../src/commands.ts'
import { readLibrary } from '../../src/library.ts'
import { sqlFolder } from '../support/catalog.ts'
import { anna, createWorld, failureOf } from '../support/core.ts'

async function realBot() {
  const world = await createWorld()
  const bot = await world.start('one', await readCommands(), { library: await readLibrary(sqlFolder) })
  const textOf = async (line: string) =>
    (await bot.say(line)).replies
      .flatMap((reply) =>
        reply.kind === 'text'
          ? [reply.text]
          : reply.kind === 'menu'
            ? reply.groups.flatMap(({ title, items }) => [
                title,
                ...items.map(({ name, text }) => `• ${name}: ${text}`),
              ])
            : [],
      )
      .join('\n')
  return { ...world, bot, textOf }
}

describe('help', () => {
  it('names every command to an admin, and to others what they may do', async () => {
    const { bot, roles, textOf } = await realBot()
    const all = await textOf('help')
    for (const { name, summary } of bot.app.catalog.commands) expect(all).toContain(`• ${name}: ${summary}`)
    // A summary is shown as it is: code in it would keep its quotation marks.
    expect(bot.app.catalog.commands.filter(({ summary }) => summary.includes('`'))).toEqual([])
    roles.set(anna.id, 'operator')
    const some = await textOf('help')
    expect(some).toContain('• etl:')
    expect(some).not.toContain('• spin-up:')
    roles.set(anna.id, 'viewer')
    const few = await textOf('help')
    expect(few).toContain('• top-songs:')
    expect(few).not.toContain('• etl:')
    expect(few).toContain('Your role here: viewer.')
    expect(few).toMatch(/\d+ more commands need a higher role\./)
  })

  it('tells one command in full, however its name is said', async () => {
    const { bot, textOf } = await realBot()
    for (const line of ['help top songs', 'help top-songs', 'help Top_Songs', 'help "top songs"']) {
      expect(await textOf(line)).toContain('top-songs: Most played songs')
    }
    const answer = await bot.say('help top songs')
    const table = answer.replies.find((reply) => reply.kind === 'table')
    expect(table?.columns).toEqual(['parameter', 'takes', 'default', 'meaning'])
    expect(table?.rows[0]).toEqual(['n', 'a whole number from 1 to 1,000', '10', 'number of songs'])
    expect(table?.rows.map(([name]) => name)).toEqual([
      'n',
      'level',
      'by',
      'matched',
      'last',
      'since',
      'until',
      'compare',
    ])
  })

  it('offers a question with its form, and what belongs to a command to those who may use it', async () => {
    const { bot, roles, textOf } = await realBot()
    const offered = async (line: string) => (await bot.say(line)).next.map(({ label }) => label)
    expect(await offered('help top songs')).toEqual(['Ask', 'With parameters…'])
    expect(await offered('help parity')).toEqual([])
    expect(await offered('help etl')).toEqual([])
    expect(await textOf('help schedule')).toContain('More commands\n• schedule add: ')
    roles.set(anna.id, 'viewer')
    expect(await textOf('help note')).toContain('More commands\n• note edit: ')
    expect(await textOf('help schedule')).not.toContain('More commands')
  })

  it('says what a command touches and who may say it', async () => {
    const { textOf } = await realBot()
    expect(await textOf('help etl')).toContain('Needs the role operator. Changes the warehouse.')
    expect(await textOf('help schedule add')).toContain(
      "Needs the role operator. Changes nothing but the bot's own records.",
    )
    expect(await textOf('help qa')).toContain('Needs the role viewer. Changes nothing.')
  })

  it('suggests the nearest command for one there is not', async () => {
    const { bot } = await realBot()
    expect(failureOf(await bot.say('help top sogns'))).toMatchObject({
      code: 'unknown_command',
      message: 'There is no command "top-sogns".',
      remedy: 'Did you mean help top-songs?',
    })
  })
})

describe('queries', () => {
  it('groups every question that one may ask, one line each', async () => {
    const { bot, roles, textOf } = await realBot()
    const words = await textOf('queries')
    for (const { name, description } of bot.deps.library.queries) expect(words).toContain(`• ${name}: ${description}\n`)
    expect(words).toMatch(/^Over time\n• active-users[\s\S]+\nRankings\n[\s\S]+\nFigures\n/)
    roles.set(anna.id, 'viewer')
    const few = await textOf('queries')
    expect(few).toContain('• top-songs:')
    expect(few).not.toContain('• top-users:')
    expect(few).toMatch(/\d+ more needs? a higher role\./)
  })

  it('offers all of them in one menu that opens their forms', async () => {
    const { bot } = await realBot()
    const { replies, next } = await bot.say('queries')
    const [menu] = replies
    if (menu?.kind !== 'menu') throw new Error('no menu')
    expect(menu.choose).toEqual({ label: 'Ask a question…', form: true })
    const lines = menu.groups.flatMap(({ items }) => items.map(({ line }) => line))
    expect(lines.toSorted()).toEqual(bot.deps.library.queries.map(({ name }) => name).toSorted())
    for (const line of lines) expect(bot.app.catalog.read(line).command.effect).toBe('read')
    expect(next).toEqual([])
  })
})

describe('a wrong word', () => {
  it.each([
    ['top sogns', 'Did you mean top-songs?'],
    ['puls', 'Did you mean pulse?'],
    ['activ users', 'Did you mean active-users?'],
    ['qeries', 'Did you mean queries?'],
    ['top songs lvel=paid', 'Did you mean level=paid?'],
    ['top songs level=piad', 'Did you mean level=paid?'],
    ['top songs piad', 'Did you mean paid?'],
    ['top songs by=plais', 'Did you mean by=plays?'],
    ['top songs limit=20', 'top-songs takes n, level, by, matched, last, since, until, compare.'],
    ['top songs last=soon', 'See help top-songs for its parameters.'],
    ['top songs n=0', 'See help top-songs for its parameters.'],
    ['peak hours by=weekdays', 'Did you mean by=weekday?'],
    ['peak hours tz=Europe/Londn', 'See help peak-hours for its parameters.'],
    ['help qeries', 'Did you mean help queries?'],
    ['share 12 in music', 'Did you mean in #music?'],
    ['schedule add "top songs" mondays at 9 in music', 'Did you mean in #music?'],
    ['runs command=elt', 'Did you mean runs command=etl?'],
    ['result 12 srot=plays', 'Did you mean sort=plays?'],
  ])('"%s" is answered by the right one: %s', async (line, remedy) => {
    const { bot } = await realBot()
    expect(failureOf(await bot.say(line)).remedy).toContain(remedy)
  })
})

import '../../src/commands/note.ts'
import '../../src/commands/note/edit.ts'
import '../../src/commands/note/remove.ts'
import '../../src/commands/notes.ts'
import '../../src/commands/rollback.ts'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Answer } from '../../src/core/answer.ts'
import { mayChange } from '../../src/core/answers/day-notes.ts'
import type { ChartReply, Reply } from '../../src/core/reply.ts'
import { bob, channel, failureOf } from '../support/core.ts'
import { createLoadedWarehouse, type Warehouse } from '../support/warehouse.ts'

const textsOf = (replies: readonly Reply[]) => replies.flatMap((reply) => (reply.kind === 'text' ? [reply.text] : []))
const notesIn = (answer: Answer) => textsOf(answer.replies).filter((text) => text.startsWith('['))
const chartIn = ({ replies }: Answer): ChartReply | undefined => replies.find((reply) => reply.kind === 'chart')

describe('note', () => {
  it('is shown below answers whose window has its day, by its number, and marked in their charts', async () => {
    const { bot } = await loaded()
    const added = await bot.say('note 2018-11-11 "spring campaign"', { who: bob, place: channel })
    expect(added).toMatchObject({ ok: true, headline: 'Note [1] 11 Nov 2018: spring campaign (Bob).' })
    await bot.say('note 2018-11-01..2018-11-10 outage in the north')
    const pulse = await bot.say('pulse')
    expect(notesIn(pulse)).toEqual([
      '[2] 1–10 Nov 2018: outage in the north (Anna)\n[1] 11 Nov 2018: spring campaign (Bob)',
    ])
    expect(chartIn(pulse)?.notes).toEqual([
      { id: 2, first: '2018-11-10', last: '2018-11-10', text: 'outage in the north' },
      { id: 1, first: '2018-11-11', last: '2018-11-11', text: 'spring campaign' },
    ])
    expect(textsOf(pulse.replies)).toEqual(expect.arrayContaining(textsOf(pulse.brief ?? []).slice(1)))
    const ofOneDay = await bot.say('top songs since=2018-11-11')
    expect(notesIn(ofOneDay)).toEqual(['[1] 11 Nov 2018: spring campaign (Bob)'])
    expect(notesIn(await bot.say('top songs until=2018-11-10'))).toEqual([
      '[2] 1–10 Nov 2018: outage in the north (Anna)',
    ])
    expect(notesIn(await bot.say('top songs since=2030-01-01'))).toEqual([])
    expect(notesIn(await bot.say('timeframe'))).toEqual([])
  })

  it('of either period is shown in a comparison, and marked on the day that is compared', async () => {
    const { bot } = await loaded()
    await bot.say('note 2018-11-10 "launch"')
    const compared = await bot.say('pulse since=2018-11-11 compare=previous')
    expect(notesIn(compared)).toEqual(['[1] 10 Nov 2018: launch (Anna)'])
    const courses = await bot.say('peak-hours since=2018-11-11 compare=previous')
    expect(notesIn(courses)).toEqual(['[1] 10 Nov 2018: launch (Anna)'])
  })

  it('counts days in the zone of the answer', async () => {
    const { bot } = await loaded()
    await bot.say('note 2018-11-09 "the evening before, in New York"')
    expect(notesIn(await bot.say('peak-hours tz=UTC'))).toEqual([])
    expect(notesIn(await bot.say('peak-hours tz=America/New_York'))).toHaveLength(1)
  })

  it('is listed, changed and removed by its author and by operators, and by nobody else', async () => {
    const { bot, roles } = await loaded()
    await bot.say('note 2018-11-11 "one"', { who: bob })
    await bot.say('note 2018-11-10 "two"')
    const list = await bot.say('notes', { who: bob })
    expect(list.replies[0]).toMatchObject({
      rows: [
        [1, '11 Nov 2018', 'one', 'Bob', expect.any(String)],
        [2, '10 Nov 2018', 'two', 'Anna', expect.any(String)],
      ],
      actions: [{ label: 'Remove', line: 'note-remove 1' }, null],
    })
    for (const line of ['note remove 2', 'note edit 2 "mine"']) {
      expect(failureOf(await bot.say(line, { who: bob }))).toMatchObject({
        code: 'not_allowed',
        message: 'Note 2 was written by Anna. Nothing was done.',
      })
    }
    expect(await bot.say('note edit 1 2018-11-10..2018-11-11', { who: bob })).toMatchObject({
      headline: 'Note [1] 10–11 Nov 2018: one (Bob).',
    })
    expect(await bot.say('note edit 1 "another text"', { who: bob })).toMatchObject({
      headline: 'Note [1] 10–11 Nov 2018: another text (Bob).',
    })
    expect(await bot.say('note remove 1', { who: bob })).toMatchObject({ ok: true })
    expect(failureOf(await bot.say('note remove 1', { who: bob })).code).toBe('not_found')
    roles.set(bob.id, 'operator')
    expect(await bot.say('note remove 2', { who: bob })).toMatchObject({ ok: true })
    expect((await bot.say('notes')).headline).toBe('No notes yet.')
  })

  it('needs a day, days in their order, and a text of one short line', async () => {
    const { bot } = await loaded()
    expect(failureOf(await bot.say('note "campaign"')).message).toBe('A note needs a day. Nothing was done.')
    expect(failureOf(await bot.say('note 2018-02-30 "campaign"')).message).toBe(
      '"2018-02-30" is not a day or a range of days. Nothing was done.',
    )
    expect(failureOf(await bot.say('note 2018-11-11')).message).toBe('A note needs a text. Nothing was done.')
    expect(failureOf(await bot.say('note days=2018-11-12..2018-11-11 x')).code).toBe('bad_argument')
    expect(failureOf(await bot.say('note days=2018-02-30 x')).code).toBe('bad_argument')
    expect(failureOf(await bot.say(`note 2018-11-11 "${'x'.repeat(81)}"`)).message).toContain('at most 80 characters')
    expect(failureOf(await bot.say('note 2018-11-11 " "')).message).toBe('A note needs a text. Nothing was done.')
    expect(await bot.ledger.annotations.list()).toEqual([])
    expect(failureOf(await bot.say('note remove')).message).toBe('Which note? Nothing was done.')
    expect(await bot.say(`note 2018-11-11 "${'x'.repeat(80)}"`)).toMatchObject({ ok: true })
  })

  it('can be written however many notes the bot has written', async () => {
    const { bot } = await loaded()
    const ofBot = { kind: 'bot', first: '2018-11-10', last: '2018-11-10', text: 'Held', author: null } as const
    const created = '2026-11-23T12:00:00.000Z'
    for (let n = 0; n < 1000; n++) await bot.ledger.annotations.add({ ...ofBot, key: `held:${n}`, created })
    expect(await bot.say('note 2018-11-11 "campaign"')).toMatchObject({ ok: true })
  })

  it('is refused behind the thousandth of people', async () => {
    const { bot } = await loaded()
    const { annotations } = bot.ledger
    const ofBob = { kind: 'person', first: '2018-11-10', last: '2018-11-10', text: 'x', author: bob } as const
    const add = (n: number) => annotations.add({ ...ofBob, key: `run:-${n}`, created: '2026-11-23T12:00:00.000Z' })
    for (let n = 1; n < 1000; n++) await add(n)
    expect(await bot.say('note 2018-11-11 "the thousandth"')).toMatchObject({ ok: true })
    expect(failureOf(await bot.say('note 2018-11-11 "one more"'))).toMatchObject({
      code: 'bad_argument',
      message: 'There are 1,000 notes already. Nothing was done.',
      remedy: 'Remove old ones.',
    })
  })

  it('belongs to who wrote it, not to an agent or a person of another place with the same id', () => {
    const note = { id: 1, key: '', kind: 'person', first: '', last: '', text: '', author: bob, created: '' } as const
    expect(mayChange(note, { ...bob, role: 'viewer' })).toBe(true)
    for (const kind of ['agent', 'local'] as const) {
      expect(mayChange(note, { ...bob, kind, role: 'viewer' })).toBe(false)
      expect(mayChange(note, { ...bob, kind, role: 'operator' })).toBe(true)
    }
  })

  it('is written once for the run that asks for it, and nine are shown in an answer, those of people first', async () => {
    const { bot } = await loaded()
    const { annotations } = bot.ledger
    const note = (n: number, kind: 'person' | 'bot') => ({
      key: `${kind}:${n}`,
      kind,
      first: '2018-11-10',
      last: '2018-11-10',
      text: `${kind} ${n}`,
      author: null,
      created: '2026-11-23T12:00:00.000Z',
    })
    const [one, again] = [await annotations.add(note(0, 'person')), await annotations.add(note(0, 'person'))]
    expect(again).toEqual(one)
    for (let n = 1; n < 4; n++) await annotations.add(note(n, 'person'))
    for (let n = 0; n < 8; n++) await annotations.add(note(n, 'bot'))
    const [lines = ''] = notesIn(await bot.say('top songs'))
    expect(lines.split('\n')).toHaveLength(10)
    expect(lines.match(/person/g)).toHaveLength(4)
    expect(lines).toMatch(/bot 7\nand 3 more notes$/)
  })
})

describe('the bot itself', () => {
  it('writes a note on a day whose plays came late, and on the newest day after a rollback, each once', async () => {
    const warehouse = await createLoadedWarehouse()
    const { bot, logData } = warehouse
    await copyOfDay(warehouse, 11, '2018-11-12-events.json', 1)
    await bot.say('etl')
    expect(await bot.ledger.annotations.list()).toEqual([])
    const late = await copyOfDay(warehouse, 11, '2018-11-11-late-events.json', 0)
    expect(late).toBeGreaterThan(20)
    expect(await bot.say('etl')).toMatchObject({ ok: true })
    const [note, ...others] = await bot.ledger.annotations.list()
    expect(others).toEqual([])
    expect(note).toMatchObject({
      kind: 'bot',
      author: null,
      first: '2018-11-11',
      last: '2018-11-11',
      text: `${late} of ${2 * late} plays came late, with load 3`,
    })
    expect(await readFile(join(logData, '2018/11/2018-11-11-late-events.json'), 'utf8')).not.toBe('')
    const rolledBack = await bot.say('rollback', { confirmed: true })
    expect(rolledBack).toMatchObject({ ok: true })
    const notes = await bot.ledger.annotations.list()
    // That on the late plays ended with its load.
    expect(notes).toMatchObject([{ kind: 'bot', first: '2018-11-12', text: 'Rolled back from load 3 to load 2' }])
    expect(notesIn(await bot.say('pulse'))[0]).toContain('[2] 12 Nov 2018: Rolled back from load 3 to load 2')
    expect(failureOf(await bot.say('note remove 2', { who: bob })).message).toContain('written by the bot')
  })
})

function loaded() {
  return createLoadedWarehouse()
}

/** Writes the events of a day, of other sessions, so many days later; answers how many plays of people they are. */
async function copyOfDay({ logData }: Warehouse, day: number, name: string, days: number): Promise<number> {
  const folder = join(logData, '2018', '11')
  const lines = (await readFile(join(folder, `2018-11-${day}-events.json`), 'utf8')).trimEnd().split('\n')
  const moved = lines.map((line) => {
    const event = JSON.parse(line)
    return { ...event, ts: event.ts + days * 86_400_000, sessionId: event.sessionId + 10_000 * (days + 1) }
  })
  await writeFile(join(folder, name), moved.map((event) => JSON.stringify(event)).join('\n'))
  return moved.filter(({ page, userId }) => page === 'NextSong' && userId !== '').length
}

import { describe, expect, it } from 'vitest'
import type { Asker } from '../../../src/core/people.ts'
import type { Denial, Ledger, NewRun, RunEnd, RunId } from '../../../src/core/ports/ledger.ts'
import { anna, answerOf, inChannel, later, newRun, noon, type OpenLedger, openLedgers } from './world.ts'

const bert: Asker = { kind: 'slack', id: 'U2', name: 'Bert' }
const plan = { title: 'Spin up?', facts: ['$0.54 an hour'], act: 'Spin up', danger: false, mostUsd: 4.34 }

function at(seconds: number): string {
  return later(seconds).toISOString()
}

const refusal: Denial = {
  at: at(30),
  what: 'refused',
  who: bert,
  command: 'tear-down',
  line: 'tear-down',
  place: inChannel,
  plan: null,
  why: 'tear-down needs an admin.',
}

/** What the record of every ledger does. */
export function describeAudit(open: OpenLedger): void {
  const { pair } = openLedgers(open)
  describe('the record', () => {
    async function begun(ledger: Ledger, said: Partial<NewRun> = {}): Promise<RunId> {
      const opened = await ledger.runs.open(newRun(said))
      if (opened.kind !== 'opened') throw new Error(`it is ${opened.kind}`)
      return opened.run.id
    }

    async function ended(ledger: Ledger, said: Partial<NewRun> = {}, end: Partial<RunEnd> = {}): Promise<RunId> {
      const id = await begun(ledger, said)
      const usual: RunEnd = { state: 'complete', answer: answerOf('Done.'), ended: at(41), costUsd: null }
      expect(await ledger.runs.end(id, 'one', { ...usual, ...end }, [])).toBe(true)
      return id
    }

    const all = async (ledger: Ledger) => (await ledger.audit.list({ limit: 100 })).entries

    it('tells of a run from the moment it ends: whose it was, its plan, who approved it, what it cost, how it ended', async () => {
      const [one, other] = await pair()
      const run = await begun(one, { line: 'spin-up', command: 'spin-up', approval: { plan, by: bert } })
      expect(await all(other)).toEqual([])
      await one.runs.end(
        run,
        'one',
        { state: 'error', answer: answerOf('No quota.'), ended: at(41), costUsd: 0.11 },
        [],
      )
      expect(await all(other)).toEqual([
        {
          id: 1,
          at: at(41),
          what: 'run',
          run,
          attempt: 1,
          who: anna,
          command: 'spin-up',
          line: 'spin-up',
          place: inChannel,
          origin: { kind: 'words' },
          plan,
          approvedBy: bert,
          costUsd: 0.11,
          result: 'error',
          headline: 'No quota.',
        },
      ])
    })

    it('tells of each run once, also when two processes end it at the same moment, and not of runs that only looked', async () => {
      const [one, other] = await pair()
      const id = await begun(one)
      await ended(one, { listed: false, command: 'status', line: 'status' })
      const end = { state: 'complete', answer: answerOf('Done.'), ended: at(1), costUsd: null } as const
      await Promise.all([one.runs.end(id, 'one', end, []), other.runs.end(id, 'one', end, [])])
      expect((await all(one)).map(({ run }) => run)).toEqual([id])
    })

    it('says what called a run: a schedule, with the lines that it said, or such a line', async () => {
      const [one] = await pair()
      const origin = { kind: 'fire', schedule: 3, intended: noon.toISOString(), cause: 'clock' } as const
      const fire = await begun(one, { command: 'schedule-run', line: 'schedule-run 3', origin })
      for (const [at, line] of [...['etl', 'qa part=checks'].entries()].toReversed()) {
        await ended(one, { line, origin: { kind: 'line', fire, at } })
      }
      const said = { state: 'complete', answer: answerOf('Plays 346.'), ended: at(50), costUsd: null } as const
      await one.runs.end(fire, 'one', said, [])
      expect(await all(one)).toMatchObject([
        { origin: { kind: 'line', fire, at: 1 } },
        { origin: { kind: 'line', fire, at: 0 } },
        { origin, headline: 'Said etl; qa part=checks.' },
      ])
    })

    it('keeps the headline of a schedule that had nothing to say, and of one that failed', async () => {
      const [one] = await pair()
      const fire = (minute: number): Partial<NewRun> => ({
        origin: { kind: 'fire', schedule: 3, intended: at(minute * 60), cause: 'asked' },
      })
      await ended(one, fire(0), { answer: answerOf('Schedule 3 was skipped.') })
      await ended(one, fire(1), { answer: answerOf('The disk is full.'), state: 'error' })
      expect((await all(one)).map(({ headline }) => headline)).toEqual(['Schedule 3 was skipped.', 'The disk is full.'])
    })

    it('counts the rows of an answer and quotes none, because rows are kept for seven days, for those who may ask for them', async () => {
      const [one] = await pair()
      const table = { kind: 'table', title: 'Top users', columns: ['user'], rows: [['Kate']], total: 12 } as const
      const asked = { engine: 'duckdb', load: 1, sql: 'select 1', values: {} }
      const answer = {
        ...answerOf('Top users: 12 rows; first user Kate.'),
        replies: [{ ...table, columns: ['user'], rows: [['Kate']] }],
        asked,
      }
      await ended(one, { command: 'top-users', line: 'top-users' }, { answer })
      const entries = await all(one)
      expect(entries).toMatchObject([{ headline: 'Answered with rows: 12.' }])
      expect(JSON.stringify(entries)).not.toContain('Kate')
    })

    it('counts them also behind a sentence, as of an answer from a copy', async () => {
      const [one] = await pair()
      const table = { kind: 'table', title: 'Top songs', columns: ['song'], rows: [['Undo']], total: 12 } as const
      const words = { kind: 'text', text: 'As of 30 Nov 2026, 07:00 UTC: this is the copy of load 3.' } as const
      const asked = { engine: 'copy of redshift', load: 3, sql: 'select 1', values: {} }
      const replies = [words, { ...table, columns: ['song'], rows: [['Undo']] }]
      await ended(
        one,
        { command: 'top-songs', line: 'top-songs' },
        { answer: { ...answerOf('Top songs.'), replies, asked } },
      )
      expect(await all(one)).toMatchObject([{ headline: 'Answered with rows: 12.' }])
    })

    it('quotes none either where rows are said that others had asked for', async () => {
      const [one] = await pair()
      const rowsOf = [{ command: 'top-users', ended: at(1) }]
      const origin = { kind: 'fire', schedule: 3, intended: noon.toISOString(), cause: 'asked' } as const
      await ended(one, { origin }, { answer: { ...answerOf('Daily: first user Kate.'), rowsOf } })
      await ended(one, { line: 'result 7' }, { answer: { ...answerOf('First user Kate.'), rowsOf } })
      expect((await all(one)).map(({ headline }) => headline)).toEqual([
        'Answered with rows: 0.',
        'Answered with rows: 0.',
      ])
    })

    it('tells of what was denied, too', async () => {
      const [one, other] = await pair()
      await one.audit.add(refusal)
      await one.audit.add({ ...refusal, what: 'rejected', who: anna, plan, why: 'Not before Monday.' })
      const nothing = {
        run: null,
        attempt: null,
        origin: { kind: 'words' },
        approvedBy: null,
        costUsd: null,
        result: null,
      }
      const { why, ...told } = refusal
      expect(await all(other)).toEqual([
        { id: 1, ...nothing, ...told, headline: why },
        { id: 2, ...nothing, ...told, what: 'rejected', who: anna, plan, headline: 'Not before Monday.' },
      ])
    })

    it('is read by person, command and time, the newest entries where there are more than asked for, oldest first', async () => {
      const [one] = await pair()
      await ended(one, { command: 'qa', line: 'qa' }, { ended: at(1) })
      await ended(one, { who: bert }, { ended: at(2) })
      await one.audit.add(refusal)
      const ids = async (filter: Partial<Parameters<Ledger['audit']['list']>[0]>) => {
        const { entries, total } = await one.audit.list({ limit: 100, ...filter })
        return [entries.map(({ id }) => id), total]
      }
      expect(await ids({})).toEqual([[1, 2, 3], 3])
      expect(await ids({ limit: 2 })).toEqual([[2, 3], 3])
      expect(await ids({ person: 'U2' })).toEqual([[2, 3], 2])
      expect(await ids({ person: 'bert', limit: 1 })).toEqual([[3], 2])
      expect(await ids({ person: 'ber' })).toEqual([[], 0])
      expect(await ids({ command: 'qa' })).toEqual([[1], 1])
      expect(await ids({ since: at(2) })).toEqual([[2, 3], 2])
      expect(await ids({ until: at(2) })).toEqual([[1], 1])
    })

    it('is whole as long as nobody changes the ledger by hand', async () => {
      const [one, other] = await pair()
      expect(await one.audit.state()).toEqual({ entries: 0, lost: 0, unrecorded: 0, guarded: true })
      await begun(one, { command: 'qa', line: 'qa' })
      await ended(one, { listed: false })
      await Promise.all(Array.from({ length: 20 }, (_, n) => (n % 2 === 0 ? one : other).audit.add(refusal)))
      await ended(other)
      expect(await one.audit.state()).toEqual({ entries: 21, lost: 0, unrecorded: 0, guarded: true })
    })
  })
}

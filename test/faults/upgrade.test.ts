import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createClient } from '@libsql/client'
import { expect, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import { sayHere } from '../program/here.ts'
import { rowsOf, sayJson } from '../program/program.ts'
import { ada, dataEng } from '../slack/support/office.ts'
import { copyOfLoadedHome } from '../support/warehouse.ts'
import { openWorld } from './world.ts'

const otto = 'U0OTTO0OPER'
const music = 'C0MUSIC0000'
const fixture = fileURLToPath(new URL('../fixtures/ledger-008.sql', import.meta.url))

/** The messages that its bot left in Slack. */
const left = [
  { channel: dataEng, ts: '2056697775.000000', text: 'waits for approval' },
  { channel: music, ts: '2056697778.000000', text: 'was approved' },
  { channel: music, ts: '2056698022.000000', text: 'is being loaded' },
  { channel: dataEng, ts: '2056698028.000000', text: 'is being asked' },
]

it('a ledger of version 8 is opened, and all that its bot had left is brought to its end, once', async () => {
  const home = await copyOfLoadedHome()
  await rm(join(home, 'state.db'))
  const old = createClient({ url: `file:${join(home, 'state.db')}` })
  await old.executeMultiple(await readFile(fixture, 'utf8'))
  old.close()
  const said = join(home, 'slack')
  await mkdir(said)
  const entries = left.map((message) => JSON.stringify({ op: 'message', message: { ...message, user: 'U0SPARKIFY0' } }))
  await writeFile(join(said, 'workspace.jsonl'), `${entries.join('\n')}\n`)

  const world = await openWorld({ home, start: '2035-03-05T09:02:10.000Z', said })
  onTestFinished(world.close)
  const bot = await world.start()
  // A suspended schedule may be told of once an hour; schedule 1 has its next occurrence the next day.
  await world.pass(5 * 60_000, 5_000)
  await world.pass(60 * 60_000, 60_000)
  await world.pass(23 * 3_600_000, 3_600_000)
  await world.pass(5 * 60_000, 10_000)
  await bot?.stop()

  const seen = (channel: string, viewer: string): readonly string[] =>
    world.slack.workspace.messages(channel, viewer).map(({ text }) => text)
  const count = (words: RegExp, channel: string, viewer = ada): number =>
    seen(channel, viewer).filter((text) => words.test(text)).length
  const now = (ts: string): string =>
    [dataEng, music].flatMap((channel) => world.slack.workspace.messages(channel, ada)).find((one) => one.ts === ts)
      ?.text ?? ''

  expect(count(/^Top songs.*5 rows/, dataEng), 'the answer that Slack did not take is posted').toBe(1)
  expect(count(/5 Mar.*Top songs.*160 plays/, dataEng), 'the occurrence of that day is posted').toBe(1)
  expect(count(/6 Mar.*Top songs.*160 plays/, dataEng), 'the occurrence of the next day is posted').toBe(1)
  expect(count(/run by ada.*load \d+/, music), 'the occurrence that ada wanted is posted').toBe(1)
  expect(count(/3 .*pulse.*not_in_channel/, `D${otto.slice(1)}`, otto), 'otto is told of his suspended schedule').toBe(
    1,
  )
  expect(now('2056698022.000000'), 'the load ends in its message').toMatch(/160 plays are live/)
  expect(now('2056698028.000000'), 'the question is closed in its message').toMatch(/sessions/)
  expect(now('2056697778.000000'), 'the card that was approved and not begun expires').toMatch(/Expired/)
  expect(now('2056697775.000000'), 'the open card expires').toMatch(/Expired/)
  for (const channel of [dataEng, music]) expect(count(/starting|in progress/, channel), 'nothing is left').toBe(0)

  const { answer } = await sayJson('runs since=2035-03-01 all=yes', { SPARKIFY_HOME: home }, sayHere)
  const ended = new Map<string, number>()
  for (const row of Object.values(rowsOf(answer))) {
    const [line, , state] = z.array(z.unknown()).parse(row)
    const end = `${String(line).split(' ')[0]} ${state}`
    ended.set(end, (ended.get(end) ?? 0) + 1)
  }
  expect(Object.fromEntries(ended)).toEqual({
    'schedule-add complete': 3,
    'schedule-pause complete': 1,
    'schedule-run complete': 3,
    'status complete': 2,
    'top-songs complete': 4,
    'sessions error': 1,
    'etl complete': 1,
    'qa complete': 1,
  })
  const { entries: audit } = await world.ledger.audit.list({ limit: 100 })
  expect(audit.map(({ id }) => id)).toEqual(audit.map((_, at) => at + 1))
  expect(audit.filter(({ what }) => what !== 'run').map(({ what }) => what)).toEqual(['expired', 'expired'])
}, 60_000)

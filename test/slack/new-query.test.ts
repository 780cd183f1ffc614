import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Answer } from '../../src/core/answer.ts'
import { readLibrary } from '../../src/library.ts'
import { readTerminalArguments } from '../../src/terminal/arguments.ts'
import { runLine } from '../../src/terminal/session.ts'
import { sqlFolder } from '../support/catalog.ts'
import { runDue } from '../support/fires.ts'
import { ada, dataEng, type Office, vera } from './support/office.ts'
import { openLoadedOffice } from './support/warehouse.ts'

const query = `-- title: Loyal listeners
-- description: How many plays everybody has, the most loyal first
-- window: yes
-- param least: integer = 2, 1..1000, only people with as many plays
-- chart: line x=user_id y=plays
-- example: loyal-listeners least=5 last=7d
select
  user_id,
  count(*) as plays
from songplays
where
  start_time >= cast(:from as timestamp)
  and start_time < cast(:to as timestamp)
group by user_id
having count(*) >= :least
order by plays desc, user_id
`

let sql: string
beforeEach(async () => {
  const home = await mkdtemp(join(tmpdir(), 'sparkify-sql-'))
  sql = join(home, 'sql')
  await cp(fileURLToPath(sqlFolder), sql, { recursive: true })
})
afterEach(() => rm(join(sql, '..'), { recursive: true }))

const write = (text: string) => writeFile(join(sql, 'analytics', 'loyal-listeners.sql'), text)

describe('a query is added by one file', () => {
  let office: Office
  beforeEach(async () => {
    await write(query)
    office = await openLoadedOffice(sql)
  })
  afterEach(() => office.close())

  const all = (channel = dataEng, viewer = ada) => JSON.stringify(office.workspace.messages(channel, viewer))
  const say = (text: string, as = ada) => office.workspace.users.send({ as, channel: dataEng, text })
  const shown = (words: string, viewer = ada) => office.clock.until(() => all(dataEng, viewer).includes(words))

  it('and is in help and in the list of questions, with its parameters and a form for them', async () => {
    await say('/sparkify help')
    await shown('`loyal-listeners`  How many plays everybody has')
    await say('/sparkify queries')
    await shown('Rankings')
    await say('/sparkify help loyal listeners')
    await shown('only people with as many plays')
    await office.workspace.users.press({ as: ada, ...office.button('With parameters…') })
    await office.clock.until(() =>
      office.front.named('views.open').some(({ body }) => body.get('view')?.includes('argument-least')),
    )
  })

  it('and is answered in Slack, by slash and by mention, with a chart and buttons', async () => {
    await say('/sparkify loyal listeners 3', vera)
    await shown('Loyal listeners, 10–11 Nov 2018 UTC', vera)
    expect(all()).toContain('data_visualization')
    expect(office.button('Source').channel).toBe(dataEng)
    await say('@Sparkify loyal-listeners last=1d')
    await shown('Loyal listeners, 11 Nov 2018 UTC')
    await say('/sparkify loyal listner')
    await shown('Did you mean loyal-listeners')
  })

  it('and can be said by the clock', async () => {
    await say('/sparkify schedule add "loyal listeners 3" every 1h')
    await shown('Schedule 1: loyal listeners 3')
    office.clock.advance(3_600_000)
    const fired: Answer[] = []
    for (const { answer } of await runDue(office)) fired.push(answer)
    expect(fired).toMatchObject([{ ok: true, headline: expect.stringContaining('Loyal listeners') }])
  })

  it('and is asked in the terminal', async () => {
    const out = new PassThrough()
    const streams = { input: new PassThrough(), out, err: new PassThrough() }
    const who = { kind: 'local', id: 'ada', name: 'ada' } as const
    const status = await runLine(office.app, readTerminalArguments(['loyal', 'listeners', '30']), who, streams)
    expect(status).toBe(0)
    expect(String(out.read())).toMatch(/^Loyal listeners, 10–11 Nov 2018 UTC\nUser ID +Plays/)
  })
})

describe('a wrong header stops the start, with file, line and reason', () => {
  it.each([
    ['-- title: Loyal', '-- titel: Loyal', 'line 1: unknown key "titel"'],
    ['-- window: yes', '-- window: maybe', 'line 3: window is "maybe"'],
    ['= 2, 1..1000', '= 0, 1..1000', 'line 4: param least: the default 0 is not within 1..1000'],
    ['-- chart: line x=user_id', '-- chart: lines x=user_id', 'line 5: chart is "lines x=user_id y=plays"'],
    ['-- example: loyal', '-- example: royal', 'line 6: the example does not begin with "loyal-listeners"'],
    ['>= :least', '>= :most', 'line 15: :most is not declared'],
  ])('%s written as %s', async (right, wrong, said) => {
    await write(query.replace(right, wrong))
    await expect(readLibrary(sql)).rejects.toMatchObject({
      code: 'bad_sql_file',
      message: expect.stringContaining(`sql/analytics/loyal-listeners.sql, ${said}`),
    })
  })
})

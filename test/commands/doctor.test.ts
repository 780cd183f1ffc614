import { untouchedCluster } from '../support/cluster.ts'
import '../../src/commands/doctor.ts'
import { describe, expect, it } from 'vitest'
import doctor from '../../src/commands/doctor.ts'
import schedule from '../../src/commands/schedule.ts'
import type { Answer } from '../../src/core/answer.ts'
import type { Deps } from '../../src/core/deps.ts'
import { OpsError } from '../../src/core/errors.ts'
import type { Role } from '../../src/core/people.ts'
import type { Place } from '../../src/core/place.ts'
import type { Bill } from '../../src/core/ports/cluster.ts'
import type { Finding, Probe } from '../../src/core/ports/probe.ts'
import type { ScheduleRecord } from '../../src/core/ports/schedules.ts'
import { anna, bob, channel, command, createWorld, terminal, type World } from '../support/core.ts'
import { freePolicy } from '../support/policy.ts'
import { scheduled } from '../support/schedule.ts'

const olga = { kind: 'slack', id: 'U0OLGA', name: 'Olga' } as const
const load = command('load', async () => undefined)
const greet = command('greet', async () => undefined, { role: 'viewer', effect: 'read' })

/** A bot with two admins and nothing to complain of, whose doctor is asked in the terminal for everything. */
async function patient(parts: (world: World) => Partial<Deps> = () => ({})) {
  const world = await createWorld()
  world.roles.set(olga.id, 'admin')
  const bot = await world.start('one', [doctor, schedule, load, greet], parts(world))
  const found = async (ask: Parameters<typeof bot.say>[1] = { place: terminal }) =>
    findingsOf(await bot.say('doctor all=yes', ask))
  return { ...world, bot, found }
}

function findingsOf({ replies }: Answer): Readonly<Record<string, Finding>> {
  const table = replies.find((reply) => reply.kind === 'table')
  const rows = table?.rows.map(([state, what, detail, remedy]) => [
    String(what),
    { state: stateOf(state), detail: String(detail), remedy: String(remedy) },
  ])
  return Object.fromEntries(rows ?? [])
}

function stateOf(cell: unknown): Finding['state'] {
  if (cell === 'not checked') return 'not-checked'
  return cell === 'red' || cell === 'warn' ? cell : 'green'
}

function finding(title: string, found: Finding | Error, needs: readonly string[] = []): Probe {
  const id = title.toLowerCase().replaceAll(' ', '-')
  return { id, title, needs, check: () => (found instanceof Error ? Promise.reject(found) : Promise.resolve(found)) }
}

const three: readonly Probe[] = [
  finding('Disk', { state: 'warn', detail: '1.9 GB free', remedy: 'Make room.' }),
  finding('Ledger', { state: 'green', detail: 'reads and writes', remedy: '' }),
  finding('Sources', { state: 'red', detail: 's3://x cannot be read', remedy: 'Give the role s3:ListBucket on it.' }),
]

describe('doctor', () => {
  it('says what is not green in full on a telephone, the worst first, and what is green by name', async () => {
    const { bot } = await patient(() => ({ probes: () => three }))
    expect(await bot.say('doctor')).toMatchObject({
      ok: false,
      exit: 1,
      audience: 'asker',
      headline: '1 of 8 failed, 1 warning.',
      replies: [
        { kind: 'text', text: '1 of 8 failed, 1 warning.', tone: 'warning' },
        { kind: 'text', text: '✗ Sources: s3://x cannot be read\nGive the role s3:ListBucket on it.' },
        { kind: 'text', text: 'Disk: 1.9 GB free\nMake room.', tone: 'warning' },
        { kind: 'text', text: '6 OK: Ledger · Audit log · Roles · Approvals · Budget · Schedules', tone: 'note' },
      ],
      next: [
        { label: 'Refresh', line: 'doctor' },
        { label: 'Show all', line: 'doctor all=yes' },
      ],
    })
  })

  it('is all green in one line where all is', async () => {
    const { bot } = await patient()
    expect(await bot.say('doctor')).toMatchObject({
      ok: true,
      exit: 0,
      headline: 'All 5 items OK.',
      replies: [
        { text: 'All 5 items OK.', tone: 'good' },
        { text: 'Audit log · Roles · Approvals · Budget · Schedules', tone: 'note' },
      ],
      next: [{ line: 'doctor all=yes' }],
    })
  })

  it('counts only what there is', async () => {
    const headline = async (...probes: readonly Probe[]) => {
      const { bot } = await patient(() => ({ probes: () => probes }))
      return (await bot.say('doctor', { place: terminal })).headline
    }
    const [disk, , sources] = three
    if (disk === undefined || sources === undefined) throw new Error('there are three')
    expect(await headline(sources)).toBe('1 of 6 failed.')
    expect(await headline(disk)).toBe('1 warning in 6 items.')
  })

  it('finds a cause once: what depends on a line that is red is not looked at, and is neither green nor red', async () => {
    const refused = { state: 'red', detail: 'the token is refused', remedy: 'Copy it again.' } as const
    const unread = finding('Slack scopes', new Error('checked'), ['slack-token'])
    const behind = finding('Slack news', new Error('checked'), ['slack-scopes'])
    const { bot } = await patient(() => ({ probes: () => [behind, unread, finding('Slack token', refused)] }))
    expect(await bot.say('doctor')).toMatchObject({
      ok: false,
      headline: '1 of 8 failed, 4 not checked.',
      replies: [
        { text: '1 of 8 failed, 4 not checked.' },
        { text: '✗ Slack token: the token is refused\nCopy it again.' },
        {
          text: 'Not checked: Slack news (needs Slack token) · Slack scopes (needs Slack token) · Roles (needs Slack token) · Approvals (needs Slack token)',
          tone: 'note',
        },
        { text: '3 OK: Audit log · Budget · Schedules', tone: 'note' },
      ],
    })
  })

  it('does not call green what was not looked at', async () => {
    const unread: Finding = { state: 'not-checked', detail: 'the cluster is paused', remedy: '' }
    const { bot } = await patient(() => ({ probes: () => [finding('Live load', unread)] }))
    expect(await bot.say('doctor')).toMatchObject({ ok: true, headline: '5 items OK, 1 not checked.' })
    expect((await bot.say('doctor all=yes')).replies[0]).toMatchObject({
      rows: expect.arrayContaining([['not checked', 'Live load', 'the cluster is paused', '–']]),
    })
  })

  it('gives a table of everything when it is asked to', async () => {
    const { bot } = await patient(() => ({ probes: () => three }))
    const table = {
      kind: 'table',
      columns: ['state', 'what', 'found', 'cure'],
      rows: [
        ['warn', 'Disk', '1.9 GB free', 'Make room.'],
        ['green', 'Ledger', 'reads and writes', '–'],
        ['red', 'Sources', 's3://x cannot be read', 'Give the role s3:ListBucket on it.'],
        ['green', 'Audit log', '0 entries, none missing', '–'],
        ['green', 'Roles', expect.stringMatching(/^2 admins, 0 operators(, and the person at this terminal)?$/), '–'],
        ['green', 'Approvals', 'one person is enough', '–'],
        ['green', 'Budget', 'none set', '–'],
        ['green', 'Schedules', '0 active schedules', '–'],
      ],
      total: 8,
    }
    expect((await bot.say('doctor all=yes', { place: terminal })).replies[0]).toMatchObject(table)
    expect((await bot.say('doctor all=yes')).replies[0]).toMatchObject(table)
    expect((await bot.say('doctor', { place: terminal })).replies).toEqual((await bot.say('doctor')).replies)
  })

  it('counts the entries of the record', async () => {
    const { bot, found } = await patient()
    await bot.say('greet')
    await bot.say('load', { who: bob })
    expect((await found())['Audit log']).toMatchObject({ state: 'green', detail: '2 entries, none missing' })
  })

  it('is red about a record that was changed by hand', async () => {
    const { found } = await patient()
    const whole = { entries: 1234, lost: 0, unrecorded: 0, guarded: true }
    const { bot } = await patient()
    const ledger = {
      ...bot.ledger,
      audit: { ...bot.ledger.audit, state: async () => ({ ...whole, lost: 2, unrecorded: 1, guarded: false }) },
    }
    expect((await found())['Audit log']?.state).toBe('green')
    const changed = await patient(() => ({ ledger }))
    expect((await changed.found())['Audit log']).toEqual({
      state: 'red',
      detail:
        '1,234 entries, but 2 entries are missing, 1 run ended without one, the triggers that protect it are missing',
      remedy: 'Someone changed the ledger by hand. Compare it with a backup.',
    })
  })
})

describe('doctor, about people,', () => {
  it('is red where nobody is an admin in Slack, also in the terminal, and names the variable with the id of who asks there', async () => {
    const { roles, found } = await patient()
    roles.clear()
    const detail = 'nobody in Slack is an admin, so nobody there can spin up, tear down or cancel'
    expect((await found({ place: channel }))['Roles']).toEqual({
      state: 'red',
      detail,
      remedy: 'Set SPARKIFY_ADMINS=U0ANNA (you), and restart the bot.',
    })
    expect((await found())['Roles']).toEqual({
      state: 'red',
      detail,
      remedy: 'Set SPARKIFY_ADMINS to your user id in Slack, which /sparkify doctor names, and restart the bot.',
    })
  })

  it('is red while Slack does not tell who is in a group that has a role', async () => {
    const { found, roles, unknown } = await patient()
    roles.set('S0TEAM', 'operator')
    expect((await found({ place: channel }))['Roles']).toMatchObject({ state: 'green' })
    unknown.add('S0TEAM')
    const { Roles } = await found({ place: channel })
    expect(Roles).toEqual({
      state: 'red',
      detail: 'Slack could not tell me. Nothing was done.',
      remedy: 'Say it again.',
    })
  })

  it('names those who have left', async () => {
    const { left, found } = await patient()
    left.add(olga.id)
    expect((await found())['Roles']).toMatchObject({
      state: 'warn',
      detail: 'U0OLGA left this Slack, or never joined it',
      remedy: 'Remove them from SPARKIFY_ADMINS and SPARKIFY_OPERATORS.',
    })
  })

  it('is red where two persons must agree and fewer may, with the variable', async () => {
    const policy = { ...freePolicy, twoPerson: true }
    const { found, roles } = await patient(() => ({ policy }))
    expect((await found())['Approvals']).toMatchObject({
      state: 'green',
      detail: 'two people; approvers: U0ANNA and U0OLGA',
    })
    roles.delete(olga.id)
    expect((await found())['Approvals']).toEqual({
      state: 'red',
      detail: 'two people must agree, but only U0ANNA, who alone can make requests, can approve',
      remedy: 'Name more in SPARKIFY_APPROVERS or SPARKIFY_ADMINS.',
    })
  })

  it('is content with one approver who only ever agrees to others, and warns of one who asks as well', async () => {
    const approvals = async (approver: string) => {
      const policy = { ...freePolicy, twoPerson: true, approvers: [approver] }
      const { found } = await patient(() => ({ policy }))
      return (await found())['Approvals']
    }
    expect(await approvals('U0CARL')).toMatchObject({ state: 'green', detail: 'two people; approvers: U0CARL' })
    const group = await patient(() => ({ policy: { ...freePolicy, twoPerson: true, approvers: ['S0TEAM'] } }))
    group.bot.deps.directory.peopleOf = async () => [olga.id, 'U0CARL']
    expect((await group.found({ place: channel }))['Approvals']).toMatchObject({ state: 'green' })
    expect(await approvals(olga.id)).toEqual({
      state: 'warn',
      detail: 'only U0OLGA can approve, so nobody can approve what U0OLGA requests',
      remedy: 'Name more in SPARKIFY_APPROVERS.',
    })
  })
})

describe('doctor, about money,', () => {
  const bill = (usd: number | null): Bill => ({
    from: new Date('2026-11-22T00:00:00.000Z'),
    to: new Date('2026-11-22T10:00:00.000Z'),
    usd,
    price: '$0.54 an hour',
    until: null,
  })
  const budgetOf = async (bills: readonly Bill[], budgetUsd: number | null, free = false) => {
    const { found } = await patient(({ clock }) => ({
      policy: { ...freePolicy, budgetUsd },
      cluster: {
        ...nothing,
        free,
        bill: async (from, to) => {
          expect([from.toISOString(), to]).toEqual(['2026-11-01T00:00:00.000Z', clock.now()])
          return bills
        },
      },
    }))
    return (await found())['Budget']
  }

  it('says what is left of the month’s budget, and when it is used up', async () => {
    expect(await budgetOf([bill(5.4)], 10)).toMatchObject({
      state: 'green',
      detail: '$5.40 of $10.00 spent in November 2026',
    })
    expect(await budgetOf([bill(5.4), bill(5.4)], 10)).toMatchObject({
      state: 'warn',
      detail: '$10.80 of $10.00 spent in November 2026',
      remedy: expect.stringContaining('SPARKIFY_BUDGET_USD'),
    })
    expect(await budgetOf([], 10, true)).toMatchObject({
      state: 'green',
      detail: expect.stringContaining('nothing here'),
    })
    expect(await budgetOf([bill(5.4)], null)).toMatchObject({ state: 'green', detail: 'none set' })
  })

  it('is red where a budget is set and the price is not known', async () => {
    expect(await budgetOf([bill(5.4), bill(null)], 10)).toMatchObject({
      state: 'red',
      detail: '$5.40 of $10.00 spent in November 2026, not counting times with an unknown price',
      remedy: expect.stringContaining('REDSHIFT_HOURLY_USD'),
    })
  })
})

describe('doctor, about schedules,', () => {
  const clinic = async (said: Partial<ScheduleRecord> = {}, parts: (world: World) => Partial<Deps> = () => ({})) => {
    const world = await patient(parts)
    const created = world.clock.now().toISOString()
    await world.bot.ledger.schedules.add(scheduled({ place: channel, owner: anna, created, lines: ['load'], ...said }))
    return world
  }
  const first = async ({ found }: Awaited<ReturnType<typeof clinic>>) => (await found({ place: channel }))['Schedule 1']

  it('tells those who may not list them nothing but how they are', async () => {
    const created = '2026-11-23T11:00:00.000Z'
    const secret: Place = { kind: 'slack', channel: 'C0SECRET', channelName: 'secret', direct: false }
    const postingError = async () =>
      new OpsError('slack', 'I cannot post in #secret (not_in_channel).', 'Type /invite.')
    const world = await clinic({ place: secret, lines: ['load'] }, () => ({
      outbox: { resolve: async (place) => place, postingError, requirePosts: () => undefined },
    }))
    const parked = { kind: 'parked', why: '#secret is archived.' } as const
    await world.bot.ledger.schedules.add(scheduled({ place: secret, owner: anna, created, state: parked }))
    await world.bot.ledger.schedules.add(scheduled({ place: secret, owner: anna, created, state: { kind: 'paused' } }))
    const found = await world.found({ place: channel, who: bob })
    const remedy = 'An operator who runs doctor can see why.'
    expect(found['Schedule 1']).toEqual({ state: 'red', detail: 'cannot run', remedy })
    expect(found['Schedule 2']).toEqual({ state: 'red', detail: 'suspended', remedy })
    expect(found['Schedule 3']).toMatchObject({ state: 'green', detail: 'paused' })
    expect(JSON.stringify(found)).not.toMatch(/secret/i)
    expect(JSON.stringify(await world.found({ place: channel }))).toContain('#secret')
  })

  it('says where and when each is said next', async () => {
    expect(await first(await clinic({ zone: 'Europe/London' }))).toEqual({
      state: 'green',
      detail: 'load in #music, next Tue, 24 Nov 2026, 03:00 GMT (UTC+0)',
      remedy: '–',
    })
    expect(await first(await clinic({ state: { kind: 'paused' } }))).toMatchObject({
      state: 'green',
      detail: 'load in #music: paused',
    })
    const timetable: Deps['timetable'] = { check: () => undefined, times: () => [] }
    expect(await first(await clinic({ phrase: 'cron 0 3 29 2 *' }, () => ({ timetable })))).toMatchObject({
      state: 'warn',
      detail: 'load in #music: "cron 0 3 29 2 *" never happens',
    })
    expect(await first(await clinic({ lines: ['lode'] }))).toMatchObject({
      state: 'red',
      detail: expect.stringContaining('I do not know "lode"'),
    })
  })

  it('looks at none that runs while the token of Slack is refused, and says what only the bot can see', async () => {
    const refused = finding('Slack token', { state: 'red', detail: 'refused', remedy: '' })
    const parts = { probes: () => [refused] }
    expect(await first(await clinic({}, () => parts))).toMatchObject({
      state: 'not-checked',
      detail: 'needs Slack token',
    })
    expect(await first(await clinic({ state: { kind: 'paused' } }, () => parts))).toMatchObject({ state: 'green' })
    const outbox: Deps['outbox'] = {
      resolve: async (place) => place,
      postingError: async () => null,
      requirePosts: () => undefined,
      isBlind: true,
    }
    expect(await first(await clinic({}, () => ({ outbox })))).toMatchObject({
      state: 'not-checked',
      detail: expect.stringMatching(/^load in #music, next .*; only the bot can check its channel$/),
    })
  })

  it('is red about one that is parked, with why and the cure', async () => {
    const why = 'I cannot post in #music (is_archived). Use another channel.'
    expect(await first(await clinic({ state: { kind: 'parked', why } }))).toEqual({
      state: 'red',
      detail: `load in #music is suspended: ${why}`,
      remedy: 'Then run schedule resume 1, or schedule remove 1.',
    })
  })

  it('is red about one that could not be posted, and asks once for each channel', async () => {
    let asked = 0
    const shut = new OpsError('slack', 'I cannot post in #music (not_in_channel).', 'Type /invite @sparkify in #music.')
    const outbox: Deps['outbox'] = {
      requirePosts: () => undefined,
      resolve: async (place) => place,
      postingError: async () => {
        asked++
        return shut
      },
    }
    const world = await clinic({}, () => ({ outbox }))
    const created = world.clock.now().toISOString()
    const news: Place = { kind: 'slack', channel: 'C0NEWS', channelName: 'news', direct: false }
    for (const place of [channel, news])
      await world.bot.ledger.schedules.add(scheduled({ place, owner: anna, created }))
    const { 'Schedule 1': one, 'Schedule 2': two } = await world.found({ place: channel })
    expect(one).toEqual({ state: 'red', detail: `load in #music: ${shut.message}`, remedy: shut.remedy })
    expect(two).toMatchObject({ state: 'red' })
    expect(asked).toBe(2)
  })

  it('warns of an owner who has left or lost the role, and is red where nobody would inherit it', async () => {
    const world = await clinic({ owner: bob })
    expect(await first(world)).toEqual({
      state: 'warn',
      detail: 'load in #music: Bob is now a viewer; load needs an operator. At its next run it passes to the admins.',
      remedy: 'An admin who does not want it can run schedule pause 1.',
    })
    world.left.add(bob.id)
    expect(await first(world)).toMatchObject({ state: 'warn', detail: expect.stringContaining('Bob has left.') })
    world.roles.clear()
    world.roles.set(bob.id, 'operator')
    const found = await world.found({ place: channel, who: bob })
    expect(found['Schedule 1']).toMatchObject({ state: 'red', remedy: 'Add one to SPARKIFY_ADMINS.' })
    expect(await first(await clinic({ owner: bob, lines: ['greet'] }))).toMatchObject({ state: 'green' })
    const last = await clinic()
    last.roles.clear()
    last.roles.set(anna.id, 'admin')
    last.left.add(anna.id)
    expect(await first(last)).toMatchObject({ state: 'red', remedy: 'Add one to SPARKIFY_ADMINS.' })
  })

  it('is red about an owner whose role Slack does not tell, with what to do', async () => {
    const world = await clinic({ owner: bob })
    world.unknown.add(bob.id)
    expect(await first(world)).toEqual({
      state: 'red',
      detail: 'Slack could not tell me. Nothing was done.',
      remedy: 'Say it again.',
    })
  })

  it('does not guess at owners in the terminal, which knows no user groups', async () => {
    const world = await clinic({ owner: bob })
    expect((await world.found())['Schedule 1']).toMatchObject({ state: 'warn' })
    const group: Role = 'operator'
    world.roles.set('S0TEAM', group)
    expect((await world.found())['Schedule 1']).toMatchObject({
      state: 'not-checked',
      detail: expect.stringMatching(/; only the bot can check its owner$/),
    })
    expect((await world.found({ place: channel }))['Schedule 1']).toMatchObject({ state: 'warn' })
  })

  it('warns in the terminal where no bot is running that would say them', async () => {
    const world = await clinic()
    const created = world.clock.now().toISOString()
    const paused = { place: channel, owner: anna, created, state: { kind: 'paused' } } as const
    await world.bot.ledger.schedules.add(scheduled(paused))
    expect((await world.found())['Schedules']).toEqual({
      state: 'warn',
      detail: '1 active schedule, but no bot is running',
      remedy: 'Start it: npm start',
    })
    const at = world.clock.now().toISOString()
    const bot = { id: 'bot', kind: 'bot', pid: 77, host: 'here', started: at, heartbeat: at } as const
    await world.bot.ledger.processes.enter(bot)
    expect((await world.found())['Schedules']).toMatchObject({
      state: 'green',
      detail: '1 active schedule, run by process 77 on here',
    })
    expect((await world.found({ place: channel }))['Schedules']).toMatchObject({
      state: 'green',
      detail: '1 active schedule',
    })
  })
})

const nothing = untouchedCluster('doctor does nothing to the cluster')

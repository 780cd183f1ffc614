import type { Context } from '../command/context.ts'
import type { OpsError } from '../errors.ts'
import { includesRole } from '../people.ts'
import { type Place, placeWords } from '../place.ts'
import type { Finding, Probe } from '../ports/probe.ts'
import type { ScheduleRecord } from '../ports/schedules.ts'
import { whyNot } from '../schedule/fire/park.ts'
import { upcoming } from '../schedule/make/upcoming.ts'
import { timeWords } from '../schedule/make/words.ts'
import { plural } from '../words.ts'
import { green, notChecked, probe } from './probe.ts'

/** Whether somebody says the schedules; and of each, when it is said next, whether it can be posted, and whether its owner may say it. */
export async function scheduleProbes(context: Context): Promise<readonly Probe[]> {
  const schedules = await context.deps.ledger.schedules.list()
  const active = schedules.filter(({ state }) => state.kind === 'active')
  const obstacle = askedOnce((place) => context.deps.outbox.obstacle(place, null))
  return [
    probe('Schedules', () => clockFinding(active.length, context)),
    ...schedules.map((schedule) =>
      probe(
        `Schedule ${schedule.id}`,
        async () => {
          const finding = await scheduleFinding(schedule, obstacle, context)
          return mayList(context) ? finding : withoutNames(finding, schedule)
        },
        needsOf(schedule),
      ),
    ),
  ]
}

/** Slack says whether an active one can be posted, and whether its owner is still there. */
function needsOf({ state }: ScheduleRecord): readonly string[] {
  return state.kind === 'active' ? ['Slack token'] : []
}

/** Channels that one may not be in, and what is said to others alone, are for those who may list schedules. */
function mayList({ who }: Context): boolean {
  return includesRole(who.role, 'operator')
}

function withoutNames({ state }: Finding, schedule: ScheduleRecord): Finding {
  if (state === 'green') return green(schedule.state.kind)
  if (state === 'not-checked') return notChecked(schedule.state.kind)
  const detail =
    schedule.state.kind === 'parked' ? 'parked' : state === 'red' ? 'cannot be said' : 'needs somebody to look'
  return { state, detail, cure: 'An operator who says doctor is told why.' }
}

/** Only a bot says schedules; the terminal works without one. */
async function clockFinding(active: number, { deps, place }: Context): Promise<Finding> {
  const says = plural(active, 'active schedule')
  if (place.kind === 'slack' || active === 0) return green(says)
  const bot = await deps.ledger.processes.bot(deps.clock.now())
  if (bot !== null) return green(`${says}, said by process ${bot.pid} on ${bot.host}`)
  return { state: 'warn', detail: `no bot is running, which would say ${says}`, cure: 'Start it: npm start' }
}

type Obstacle = (place: Place) => Promise<OpsError | null>

/** Many schedules share a channel, and Slack counts the questions. */
function askedOnce(ask: Obstacle): Obstacle {
  const answers = new Map<string, Promise<OpsError | null>>()
  return (place) => {
    const key = place.kind === 'slack' ? place.channel : place.kind
    const answer = answers.get(key) ?? ask(place)
    answers.set(key, answer)
    return answer
  }
}

async function scheduleFinding(schedule: ScheduleRecord, obstacle: Obstacle, context: Context): Promise<Finding> {
  const { id, lines, phrase, place, state, zone } = schedule
  const what = `${lines.join('; ')} in ${placeWords(place)}`
  if (state.kind === 'paused') return green(`${what}: paused`)
  if (state.kind === 'parked') {
    const cure = `Then say schedule resume ${id}, or schedule remove ${id}.`
    return { state: 'red', detail: `${what} is parked: ${state.why}`, cure }
  }
  const shut = await obstacle(place)
  if (shut !== null) return { state: 'red', detail: `${what}: ${shut.message}`, cure: shut.remedy }
  const lacking = await ownerFinding(schedule, context)
  if (lacking !== null) return { ...lacking, detail: `${what}: ${lacking.detail}` }
  const [next] = upcoming(context.deps, schedule, 1)
  if (next !== undefined) {
    const detail = `${what}, next ${timeWords(zone, next)}`
    const unseen = unseenOf(schedule, context)
    return unseen === null ? green(detail) : notChecked(`${detail}; ${unseen}`)
  }
  return { state: 'warn', detail: `${what}: "${phrase}" never comes`, cure: `Say schedule remove ${id}, or move it.` }
}

/** What only the bot can check of it; null where that is nothing. */
function unseenOf({ place, owner }: ScheduleRecord, context: Context): string | null {
  if (place.kind === 'slack' && context.deps.outbox.isBlind) return 'only the bot can check its channel'
  return owner.kind === 'slack' && isBlind(context) ? 'only the bot can check its owner' : null
}

/** The terminal knows no user groups, so it cannot tell who may what where there are any. */
function isBlind({ deps, place }: Context): boolean {
  return place.kind === 'terminal' && deps.directory.holders('operator').some((holder) => holder.startsWith('S'))
}

/** What is wrong with its owner; null where nothing is, or where it cannot be told. */
async function ownerFinding(schedule: ScheduleRecord, context: Context): Promise<Finding | null> {
  const { deps, catalog } = context
  const { id, owner } = schedule
  const { directory } = deps
  if (owner.kind !== 'slack' || isBlind(context)) return null
  const why = await whyNot(schedule, { deps, catalog })
  if (why === null) return null
  if (directory.holders('admin').some((holder) => holder !== owner.id)) {
    const detail = `${why} At its next time the admins inherit it.`
    return { state: 'warn', detail, cure: `An admin who does not want it says schedule pause ${id}.` }
  }
  return {
    state: 'red',
    detail: `${why} It will be refused, because there is no admin to inherit it.`,
    cure: 'Name one in SPARKIFY_ADMINS.',
  }
}

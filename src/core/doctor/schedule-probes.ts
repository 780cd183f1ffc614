import type { Context } from '../command/context.ts'
import type { OpsError } from '../errors.ts'
import { plural } from '../format.ts'
import { includesRole } from '../people.ts'
import { type Place, placeWords } from '../place.ts'
import type { Finding, Probe } from '../ports/probe.ts'
import type { ScheduleRecord } from '../ports/schedules.ts'
import { commandsOf, faultOf } from '../schedule/make/lines.ts'
import { timeWords, upcoming } from '../schedule/make/words.ts'
import { whyNot } from '../schedule/run/ownership.ts'
import { green, notChecked, probe, red, warn } from './run-probes.ts'

/** Whether a bot runs the schedules; and for each: its next run, whether it can post, and whether its owner may run its commands. */
export async function scheduleProbes(context: Context): Promise<readonly Probe[]> {
  const schedules = await context.deps.ledger.schedules.list()
  const active = schedules.filter(({ state }) => state.kind === 'active')
  const postingError = askedOnce((place) => context.deps.outbox.postingError(place, null))
  return [
    probe({ id: 'schedules', title: 'Schedules' }, () => clockFinding(active.length, context)),
    ...schedules.map((schedule) =>
      probe({ id: `schedule-${schedule.id}`, title: `Schedule ${schedule.id}`, needs: needsOf(schedule) }, async () => {
        const finding = await scheduleFinding(schedule, postingError, context)
        return mayList(context) ? finding : withoutNames(finding, schedule)
      }),
    ),
  ]
}

/** Slack knows whether an active one can be posted, and whether its owner is still a member. */
function needsOf({ state }: ScheduleRecord): readonly string[] {
  return state.kind === 'active' ? ['slack-token'] : []
}

/** Only people who may list schedules see names of channels and of lines. */
function mayList({ who }: Context): boolean {
  return includesRole(who.role, 'operator')
}

function withoutNames({ state }: Finding, schedule: ScheduleRecord): Finding {
  if (state === 'green') return green(schedule.state.kind)
  if (state === 'not-checked') return notChecked(schedule.state.kind)
  const detail = schedule.state.kind === 'parked' ? 'suspended' : state === 'red' ? 'cannot run' : 'needs attention'
  return { state, detail, remedy: 'An operator who runs doctor can see why.' }
}

/** Only a bot runs schedules; the terminal works without one. */
async function clockFinding(active: number, { deps, place }: Context): Promise<Finding> {
  const schedules = plural(active, 'active schedule')
  if (place.kind === 'slack' || active === 0) return green(schedules)
  const bot = await deps.ledger.processes.bot(deps.clock.now())
  if (bot !== null) return green(`${schedules}, run by process ${bot.pid} on ${bot.host}`)
  return warn(`${schedules}, but no bot is running`, 'Start it: npm start')
}

type PostingError = (place: Place) => Promise<OpsError | null>

/** Many schedules share a channel, and Slack limits the calls. */
function askedOnce(ask: PostingError): PostingError {
  const answers = new Map<string, Promise<OpsError | null>>()
  return (place) => {
    const key = place.kind === 'slack' ? place.channel : place.kind
    const answer = answers.get(key) ?? ask(place)
    answers.set(key, answer)
    return answer
  }
}

async function scheduleFinding(
  schedule: ScheduleRecord,
  postingError: PostingError,
  context: Context,
): Promise<Finding> {
  const { id, lines, phrase, place, state, zone } = schedule
  const what = `${lines.join('; ')} in ${placeWords(place)}`
  if (state.kind === 'paused') return green(`${what}: paused`)
  if (state.kind === 'parked') {
    const remedy = `Then run schedule resume ${id}, or schedule remove ${id}.`
    return red(`${what} is suspended: ${state.why}`, remedy)
  }
  const shut = await postingError(place)
  if (shut !== null) return red(`${what}: ${shut.message}`, shut.remedy)
  const lacking = await ownerFinding(schedule, context)
  if (lacking !== null) return { ...lacking, detail: `${what}: ${lacking.detail}` }
  const [next] = upcoming(context.deps, schedule, 1)
  if (next !== undefined) {
    const detail = `${what}, next ${timeWords(zone, next)}`
    const unseen = unseenOf(schedule, context)
    return unseen === null ? green(detail) : notChecked(`${detail}; ${unseen}`)
  }
  return warn(`${what}: "${phrase}" never happens`, `Run schedule remove ${id}, or change its time.`)
}

/** What only the bot can check of it; null where that is nothing. */
function unseenOf({ place, owner }: ScheduleRecord, context: Context): string | null {
  if (place.kind === 'slack' && context.deps.outbox.isBlind) return 'only the bot can check its channel'
  return owner.kind === 'slack' && isBlind(context) ? 'only the bot can check its owner' : null
}

/** The terminal knows no user groups, so it does not know roles where there are any. */
function isBlind({ deps, place }: Context): boolean {
  return place.kind === 'terminal' && deps.directory.holders('operator').some((holder) => holder.startsWith('S'))
}

/** What is wrong with its owner; null where nothing is, or where it is not known. */
async function ownerFinding(schedule: ScheduleRecord, context: Context): Promise<Finding | null> {
  const { deps, catalog } = context
  const { id, owner } = schedule
  const { directory } = deps
  if (owner.kind !== 'slack' || isBlind(context)) return null
  const fault = schedule.lines.map((line) => faultOf(line, catalog)).find((found) => found !== null)
  if (fault !== undefined) throw fault
  const why = await whyNot(schedule, commandsOf(schedule.lines, catalog), { deps, catalog })
  if (why === null) return null
  if (directory.holders('admin').some((holder) => holder !== owner.id)) {
    const detail = `${why.message} At its next run it passes to the admins.`
    return warn(detail, `An admin who does not want it can run schedule pause ${id}.`)
  }
  return red(
    `${why.message} It will be refused, because there is no admin to take it over.`,
    'Add one to SPARKIFY_ADMINS.',
  )
}

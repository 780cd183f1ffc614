import { runKey } from '../../src/core/outbox/messages.ts'
import type { RunRecord } from '../../src/core/ports/runs.ts'
import type { Double } from '../support/aws/start.ts'
import { pendingIn } from '../support/delivered.ts'
import { leaseOf } from './cloud.ts'
import { directOf, people } from './slack.ts'
import type { World } from './world.ts'

/** What is not as it must be once everything is quiet, in sentences. */
export async function faultsIn(world: World, double: Double): Promise<readonly string[]> {
  const looks = [runs, audit, plans, messages, occurrences, questions, loads, money, answers]
  const found: string[] = []
  for (const look of looks) found.push(...(await look(world, double)))
  const errors = world.logged.filter(
    ({ level, message }) => level === 'error' && !expected.some((words) => words.test(message)),
  )
  found.push(...errors.map(({ process, message }) => `process ${process} logged an error: ${message}`))
  return found
}

/** What is logged as an error because of the faults that were planted. */
const expected = [
  ...[/Slack refused/, /could not be reached/, /fetch failed/, /could not be attached/, /may have arrived twice/],
  ...[/AWS/, /not answered/, /not said to its end/],
]

async function allRuns({ ledger }: World) {
  return ledger.runs.list({ limit: 10_000 })
}

/** No run is left, and no message waits that could be sent. */
async function runs(world: World): Promise<readonly string[]> {
  const left = (await allRuns(world)).filter(({ state }) => state === 'running')
  // What every way has refused is tried once an hour, perhaps after the week.
  const waiting = (await pendingIn(world.ledger.messages)).filter(({ way, ways }) => way < ways.length)
  return [
    ...left.map(({ id, line }) => `run ${id} (${line}) still runs`),
    ...waiting.map(({ key, tries }) => `message ${key} still waits to be sent, after ${tries} tries`),
  ]
}

/** Entries without gaps, one for each attempt of a listed run that ended. */
async function audit(world: World): Promise<readonly string[]> {
  const state = await world.ledger.audit.state()
  const { entries } = await world.ledger.audit.list({ limit: 10_000 })
  const gaps = entries.filter(({ id }, at) => id !== at + 1)
  const entered = new Map<string, number>()
  for (const { run, attempt } of entries) {
    const key = `${run}, attempt ${attempt}`
    if (run !== null) entered.set(key, (entered.get(key) ?? 0) + 1)
  }
  const ended = (await allRuns(world)).filter(({ listed, state }) => listed && state !== 'running')
  return [
    ...(state.lost + state.unrecorded > 0 || !state.guarded ? [`the audit: ${JSON.stringify(state)}`] : []),
    ...gaps.slice(0, 1).map(({ id }) => `the audit has a gap before entry ${id}`),
    ...ended
      .filter(({ id, attempt }) => !entered.has(`${id}, attempt ${attempt}`))
      .map(({ id, line, attempt }) => `attempt ${attempt} of run ${id} (${line}) is not in the audit`),
    ...[...entered].filter(([, times]) => times > 1).map(([key]) => `the audit holds run ${key} more than once`),
  ]
}

/** Each card is settled once: carried out by one run, or entered in the audit. */
async function plans(world: World): Promise<readonly string[]> {
  const found: string[] = []
  const now = world.time.now()
  const { entries } = await world.ledger.audit.list({ limit: 10_000 })
  const ofRuns = new Map<string, number>()
  for (const { approval, origin } of await allRuns(world)) {
    // What a confirmed `schedule run` begins bears its plan as well.
    if (approval?.id !== undefined && origin.kind === 'words')
      ofRuns.set(approval.id, (ofRuns.get(approval.id) ?? 0) + 1)
  }
  for (const [id, count] of ofRuns) if (count > 1) found.push(`plan ${id} was carried out ${count} times`)
  for (const { id, line } of await world.ledger.plans.overdue(now)) found.push(`plan ${id} (${line}) never expired`)
  const denied = entries.filter(({ what }) => what === 'expired' || what === 'rejected' || what === 'withdrawn')
  const keys = denied.map(({ at, line, what }) => `${what} ${line} ${at}`)
  for (const key of new Set(keys)) if (keys.filter((one) => one === key).length > 1) found.push(`settled twice: ${key}`)
  return found
}

/** No message of a run that is over says that it goes on, and no card that is settled can be approved. */
async function messages(world: World): Promise<readonly string[]> {
  const found: string[] = []
  for (const { blocks = [], text, viewer, user } of world.slack.everything()) {
    if (user === undefined || people.some((person) => person === user)) continue
    const json = JSON.stringify(blocks)
    const notes = blocks.flatMap((block) => (block.type === 'context' ? [JSON.stringify(block)] : []))
    if (notes.some((note) => /Run (\d+)\b.*cancel \1\b/.test(note)))
      found.push(`a message says that a run goes on: ${text}`)
    const plan =
      /"action_id":"plan-(?:confirm|type)[^}]*?"value":"([^"]+)"|"value":"([^"]+)"[^}]*?"action_id":"plan-(?:confirm|type)/.exec(
        json,
      )
    const id = plan?.[1] ?? plan?.[2]
    const record = id === undefined ? null : await world.ledger.plans.get(id)
    if (record !== null && record.end !== null && viewer === undefined) {
      found.push(`a card can be approved that is ${record.end.kind}: ${record.line}`)
    }
  }
  return found
}

/** What stands more than once although Slack was sure to have accepted it; or not at all. */
function count(
  world: World,
  what: string,
  isIt: (text: string, channel: string) => boolean,
  least: number,
): readonly string[] {
  const found = world.slack
    .everything()
    .filter((one) => one.viewer === undefined && one.thread_ts === undefined && isIt(one.text, one.channel))
  const sure = found.filter(({ ts }) => !world.slack.uncertain.has(ts)).length
  if (sure > 1 || found.length > 1 + (found.length - sure)) return [`${what} is posted ${found.length} times`]
  const anywhere = world.slack.everything().filter(({ text, channel }) => isIt(text, channel)).length
  return anywhere < least ? [`${what} was never posted`] : []
}

/**
 * How often the answer of a run must stand: not at all where Slack left it unclear twice whether it was posted, or refuses it everywhere still.
 */
async function leastOf(world: World, run: RunRecord): Promise<number> {
  const message = await world.ledger.messages.find(runKey(run))
  if (message === null) return 1
  const isUnclear = message.state === 'dropped' && message.unclear > 0
  return isUnclear || message.way >= message.ways.length ? 0 : 1
}

/** Each occurrence of a schedule that ended is posted, once; so is what a person follows at a time, to them alone. */
async function occurrences(world: World): Promise<readonly string[]> {
  const found: string[] = []
  const all = await allRuns(world)
  const seen = new Set<string>()
  for (const run of all) {
    const { id, origin, state } = run
    if (origin.kind !== 'fire') continue
    const schedule = await world.ledger.schedules.get(origin.schedule)
    const isFollowed = schedule?.personal === true
    const key = `${isFollowed ? `of ${schedule.owner.id}` : origin.schedule} ${origin.intended}`
    if (seen.has(key)) found.push(`schedule ${key} ran twice`)
    seen.add(key)
    // One that was skipped or cancelled names no time in its message.
    const hasLines = all.some((run) => run.origin.kind === 'line' && run.origin.fire === id)
    if (origin.cause === 'asked' || schedule === null || state === 'cancelled' || !hasLines) continue
    const at = new Date(origin.intended)
    const day = `${at.getUTCDate()} ${at.toLocaleString('en', { month: 'short', timeZone: 'UTC' })}`
    const title = `${day}, ${origin.intended.slice(11, 16)} (UTC)`
    const least = await leastOf(world, run)
    const isIt = (text: string, channel: string) =>
      text.includes(title) && (isFollowed ? channel === directOf(schedule.owner.id) : !text.includes('What you follow'))
    found.push(...count(world, `schedule ${key} (run ${id}, ${state})`, isIt, least))
  }
  return found
}

/** Each question that was answered is posted, once. */
async function questions(world: World): Promise<readonly string[]> {
  const found: string[] = []
  for (const run of await allRuns(world)) {
    const { id, line, origin, state, place } = run
    const rows = /^top-songs n=(\d+)$/.exec(line)?.[1]
    if (rows === undefined || origin.kind !== 'words' || state !== 'complete' || place.kind !== 'slack') continue
    const isIt = (text: string) => text.startsWith('Top songs') && text.includes(`: All ${rows} shown`)
    found.push(...count(world, `the answer of run ${id} (${line})`, isIt, await leastOf(world, run)))
  }
  return found
}

/** Each load that a run has reported is there, and each was published by one run. */
async function loads(world: World): Promise<readonly string[]> {
  const found: string[] = []
  const live = await world.ledger.loads.live()
  const all = await allRuns(world)
  const done = all.filter(({ command, state }) => state === 'complete' && command === 'etl')
  const times = await Promise.all(
    done.map(async ({ id }) => {
      const published = (await world.ledger.loads.get(id))?.published ?? null
      if (published === null) found.push(`load ${id} is reported done, and was never published`)
      return published ?? ''
    }),
  )
  // The number of a load is that of its run, which stays where that is tried again later: the newest load may have an older number.
  const newest = times.toSorted().at(-1) ?? ''
  const torn = all.some(
    ({ command, state, ended }) => command === 'tear-down' && state === 'complete' && (ended ?? '') > newest,
  )
  if (!torn && (live?.published ?? '') < newest)
    found.push(`a load was published at ${newest}, and ${live?.id} of ${live?.published} is live`)
  return found
}

/** A cluster that runs has a period in its bill that has not ended, and one that does not has none. */
async function money(world: World, double: Double): Promise<readonly string[]> {
  const { clusters } = await double.left()
  const lease = await leaseOf(world.ledger)
  const isOpen = lease?.ran.at(-1)?.to === null
  const state = JSON.stringify(clusters)
  const runs = /available|resuming/.test(state)
  if (runs && !isOpen) return [`the cluster runs (${state}), and its bill says ${JSON.stringify(lease)}`]
  if (!runs && isOpen) return [`the cluster does not run (${state}), and its bill says ${JSON.stringify(lease)}`]
  return []
}

/** The bot still answers. */
async function answers(world: World): Promise<readonly string[]> {
  const { workspace } = world.slack
  const [ada] = people
  await workspace.users.send({ as: ada, channel: 'C0DATAENG00', text: '/sparkify top songs 99' })
  await world.pass(10_000, 1_000)
  const live = await world.ledger.loads.live()
  const isIt = (text: string) => text.startsWith('Top songs') && text.includes(': All 99 shown')
  return live === null ? [] : count(world, 'the last question', isIt, 1)
}

import type { Suggestion } from '../../answer.ts'
import { labelOf } from '../../command/line.ts'
import type { OpsError } from '../../errors.ts'
import type { RunId, RunRecord } from '../../ports/runs.ts'
import type { Reply } from '../../reply.ts'
import { rowsIn } from '../../run/rows-in.ts'
import { viewOf } from '../../run/view.ts'
import { lasting } from '../../words.ts'
import { type Night, whatWasSaid } from './digest.ts'
import { latenessOf, occasionOf } from './occasion.ts'
import { oneMessage } from './one-message.ts'
import { costWords, type Standing, whatIsLive, whatPostsSay } from './standing.ts'
import { isLook } from './titles.ts'

/** A fire that failed, with what was said up to there and all that its reader should know at three in the morning. */
export interface FailedNight extends Night, Standing {
  readonly error: OpsError
  /** The line's run that failed; null where the line was refused before it began. */
  readonly failed: RunRecord | null
}

const untouched = 'Live tables are untouched.'
const snoozeHours = 8

/** The failure of a fire, of what is known of it: what failed in whose words, what readers have now, what costs money, what to do. */
export function failureOfFire(night: FailedNight): OpsError {
  const { schedule, fire, error, failed, now } = night
  const occasion = occasionOf(schedule, fire, now)
  const what = `${lineOf(night)} failed${stepOf(failed)}`
  const reason = error.message.replace(untouched, '').replaceAll(/ {2,}/g, ' ').trim()
  const paragraphs = [
    [reason],
    [notSaid(night)],
    [whatIsLive(night), whatPostsSay(night)],
    [night.slept ?? '', costWords(night), night.standing],
    [latenessOf(schedule, fire, now) ?? ''],
  ]
  const message = paragraphs
    .map((sentences) => sentences.filter((sentence) => sentence !== '').join(' '))
    .filter((paragraph) => paragraph !== '')
    .join('\n')
  const shown = evidenceOf(night)
  return error.with({
    message,
    cure: undefined,
    evidence: shown,
    telling: {
      title: `${occasion} · ${what} after ${lasting(new Date(fire.started), now)}`,
      headline: `${occasion}: ${what}. ${reason}`,
      details: detailsOf(night, shown),
      next: nextOf(night),
      rowsOf: night.spoken.flatMap(({ answer }) => rowsIn(answer)),
    },
  })
}

function lineOf({ fire, failed }: FailedNight): string {
  return failed?.line ?? fire.steps.find(({ state }) => state === 'error')?.title ?? 'it'
}

function stepOf(failed: RunRecord | null): string {
  const step = failed?.steps.find(({ state }) => state === 'error')?.title
  return step === undefined ? '' : ` at "${step}"`
}

/** The lines behind the one that failed; all of them where what failed came before them. One that was refused has left no answer. */
function notSaid({ schedule: { lines }, fire, spoken, failed }: FailedNight): string {
  const wasRefused = failed === null && fire.steps.some((step) => step.state === 'error' && !isLook(step))
  const rest = lines.slice(spoken.length + (wasRefused ? 1 : 0))
  return rest.length === 0 ? '' : `Not said after that: ${rest.join('; ')}.`
}

/** What shows the failure: of red checks, which and since when. */
function evidenceOf({ error, spoken, failed }: FailedNight): readonly Reply[] {
  const brief = spoken.find(({ answer }) => answer.run?.id === failed?.id)?.answer.brief
  return error.code === 'checks_red' && brief !== undefined ? brief : error.evidence
}

function detailsOf({ spoken, fire, failed }: FailedNight, shown: readonly Reply[]): readonly Reply[] {
  const said = spoken.filter(({ answer }) => answer.run?.id !== failed?.id)
  const { replies, details } = oneMessage(said)
  const whole = spoken.find(({ answer }) => answer.run?.id === failed?.id)?.answer.replies ?? []
  const more = whole.filter((reply) => reply.kind !== 'failure' && !shown.includes(reply))
  return [
    ...(failed === null || failed.steps.length === 0
      ? []
      : [{ kind: 'steps' as const, title: `${failed.line} (run ${failed.id})`, steps: [...viewOf(failed).steps] }]),
    ...more,
    ...replies,
    ...details,
    whatWasSaid(fire),
  ]
}

/** What mends it, where a line is known that does; the whole story; and quiet until the morning. */
function nextOf({ schedule, fire, failed }: FailedNight): readonly Suggestion[] {
  const mends = failed?.answer?.next.find(({ line }) => !line.startsWith('run-again ')) ?? null
  return [
    ...(mends === null ? [] : [mending(mends.line, schedule.id, fire.id)]),
    { label: 'Details', line: `runs ${fire.id}` },
    { label: `Snooze ${snoozeHours} h`, line: `schedule-snooze ${schedule.id} ${snoozeHours}h` },
  ]
}

/** A load that may leave rows out is said with all that comes after it. */
function mending(line: string, schedule: number, fire: RunId): Suggestion {
  const rows = /^etl max-errors=(\d+)$/.exec(line)?.[1]
  if (rows === undefined) return { label: labelOf(line), line }
  return {
    label: `Run again, leaving out ${rows === '1' ? 'this row' : 'these rows'}`,
    line: `schedule-run ${schedule} from=${fire} max-errors=${rows}`,
  }
}

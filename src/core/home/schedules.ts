import { plural } from '../format.ts'
import type { ScheduleRecord } from '../ports/schedules.ts'
import { isOwner, maySee } from '../schedule/make/find.ts'
import { followWords } from '../schedule/make/follow.ts'
import { linesWords, timeWords, whenWords } from '../schedule/make/words.ts'
import { entry, type HomeButton, type HomeEntry, pressable, type Viewing, type Words, where } from './home-view.ts'

const shownActive = 6

// Paused and suspended schedules must be found here by those who can resume them, however many others there are.
const shownStill = 12

interface Timed {
  readonly schedule: ScheduleRecord
  readonly next: Date | null
}

/** Suspended schedules first, then active ones in the order of their next run, then paused ones, for which there is always room. */
export function scheduleEntries(viewing: Viewing): readonly HomeEntry[] {
  const { snapshot } = viewing
  const all = snapshot.schedules
    .filter((schedule) => maySee(schedule, viewing.who))
    .map((schedule): Timed => ({ schedule, next: snapshot.nextTimes.get(schedule.id) ?? null }))
    .toSorted((a, b) => urgency(a) - urgency(b) || a.schedule.id - b.schedule.id)
  const active = all.filter(({ schedule }) => schedule.state.kind === 'active').slice(0, shownActive)
  const still = all.filter(({ schedule }) => schedule.state.kind !== 'active').slice(0, shownStill)
  const shown = all.filter((timed) => active.includes(timed) || still.includes(timed))
  const left = all.length - shown.length
  const next = pressable(left > 0 ? [allOfThem, addOne] : [addOne], viewing)
  const more = left > 0 ? `${plural(left, 'more schedule')} not shown here.` : ''
  const rest = next.length === 0 && more === '' ? [] : [entry({ note: more, next })]
  return [...shown.map((timed) => scheduleEntry(timed, viewing)), ...followedEntries(viewing), ...rest]
}

/** What this person follows, in one entry; nobody else sees it. */
function followedEntries(viewing: Viewing): readonly HomeEntry[] {
  const own = viewing.snapshot.followed.filter((one) => isOwner(one, viewing.who))
  if (own.length === 0) return []
  const next = pressable([{ label: 'Show', line: 'follow' }], viewing)
  return [entry({ title: 'You follow', words: [own.map(followWords).join('; ')], next })]
}

const allOfThem: HomeButton = { label: 'All schedules', line: 'schedule' }
const addOne: HomeButton = { label: 'Add a schedule…', line: 'schedule-add day=daily time=07:00', form: true }

function urgency({ schedule, next }: Timed): number {
  if (schedule.state.kind === 'parked') return 0
  return next === null ? Number.POSITIVE_INFINITY : next.getTime()
}

function scheduleEntry({ schedule, next }: Timed, viewing: Viewing): HomeEntry {
  const { id, place } = schedule
  const when = whenWords(schedule)
  // Names of channels that one may not be in are for those who may list schedules.
  const mayList = pressable([allOfThem], viewing).length > 0
  const rest = standing({ schedule, next }, mayList)
  return entry({
    title: `${id} · ${linesWords(schedule)}`,
    words: mayList ? [`${when} in`, where(place), '·', ...rest] : [`${when} ·`, ...rest],
    next: pressable(buttonsOf(schedule), viewing),
  })
}

function standing({ schedule: { state, zone }, next }: Timed, mayList: boolean): Words {
  switch (state.kind) {
    case 'active':
      return next === null ? ['no further run'] : [`next: ${timeWords(zone, next)}`]
    case 'paused':
      return ['paused']
    case 'parked':
      return [mayList ? `⚠ suspended: ${state.why}` : '⚠ suspended']
  }
}

function buttonsOf(schedule: ScheduleRecord): readonly HomeButton[] {
  const { id, state } = schedule
  const rest =
    state.kind === 'active'
      ? { label: 'Pause', line: `schedule-pause ${id}` }
      : { label: 'Resume', line: `schedule-resume ${id}` }
  const remove = {
    label: 'Remove',
    line: `schedule-remove ${id}`,
    sure: `Remove schedule ${id} (${linesWords(schedule)})?`,
  }
  return [{ label: 'Run now', line: `schedule-run ${id}` }, rest, remove]
}

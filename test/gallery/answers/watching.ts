import type { Freshness } from '../../../src/core/ports/freshness.ts'
import type { NewMessage } from '../../../src/core/ports/outbox.ts'
import type { Life, WatchRecord } from '../../../src/core/ports/watches.ts'
import { lateFinding, messagesOfDay } from '../../../src/core/watch/freshness/card.ts'
import { advance, type LifeEvent } from '../../../src/core/watch/life.ts'
import { messagesOfLife } from '../../../src/core/watch/message.ts'
import { observeDay } from '../../../src/core/watch/observe.ts'
import { createFakeClock } from '../../support/fake-clock.ts'
import { freePolicy } from '../../support/policy.ts'
import { ada, place } from './night-lines.ts'
import type { Shown } from './shown.ts'

const clock = createFakeClock('2018-12-01T05:04:00.000Z')
const deps = { clock, directory: { holders: () => [] }, policy: { ...freePolicy, oncall: ['S0ONCALL'] } }
const grace = { kind: 'slack', id: 'U03CD4E5F', name: 'grace' } as const

/** What is posted of a firing or of a late day, made by the code that posts it. */
function cardOf(name: string, [message]: readonly NewMessage[]): Shown {
  if (message?.content.kind !== 'answer') throw new Error(`${name} posts nothing`)
  return { name, answer: message.content.answer }
}

const definition = {
  kind: 'alert',
  line: 'pulse',
  column: 'plays',
  condition: { kind: 'changed', percent: 20 },
  days: 1,
} as const
const course: Readonly<Record<string, number>> = {
  '2018-11-23': 302,
  '2018-11-24': 310,
  '2018-11-30': 132,
  '2018-12-01': 296,
}
const figures = { kind: 'days', column: 'plays', title: 'Plays', format: 'integer' } as const
const seen = (day: string): LifeEvent => {
  const { observation } = observeDay(definition, { ...figures, valueOn: (at) => course[at] ?? null }, day)
  return { kind: 'observed', observation }
}

function lifeAfter(...events: readonly LifeEvent[]): Life {
  return events.reduce<Life>((life, event) => advance(life, event, '2018-12-01T05:04:00.000Z'), { kind: 'ok' })
}

function alert(name: string, ...events: readonly LifeEvent[]): Shown {
  const watch: WatchRecord = {
    definition,
    subject: '2',
    place,
    owner: ada,
    created: '2018-11-20T09:00:00.000Z',
    life: lifeAfter(...events),
    isPaused: false,
    judged: null,
    seen: null,
    version: 1,
  }
  return cardOf(name, messagesOfLife(watch, { kind: 'ok' }, deps))
}

const fires = seen('2018-11-30')

const freshness: Freshness = {
  id: 1,
  time: '06:00',
  zone: 'Europe/London',
  place,
  owner: ada,
  since: '2018-11-20T09:00:00.000Z',
  isPaused: false,
}
const late = { freshness: 1, day: '2018-11-30', deadline: '2018-12-01T06:00:00.000Z' }
const found = lateFinding(
  late,
  freshness,
  {
    id: 41,
    state: 'live',
    started: '2018-11-30T03:00:02.000Z',
    published: '2018-11-30T03:04:11.000Z',
    facts: { plays: 6_519, dataUntil: '2018-11-29T23:58:12.000Z' },
  },
  [],
)
const missed: LifeEvent = { kind: 'observed', observation: { kind: 'red', ...found } }
const live: LifeEvent = { kind: 'observed', observation: { kind: 'green', when: '', headline: '', facts: [] } }

function lateDay(name: string, met: string | null, ...events: readonly LifeEvent[]): Shown {
  const reason = { kind: 'failed', run: 58, error: '2018-11-30-events.json, line 212: not JSON.' } as const
  const day = { ...late, met, load: met === null ? null : 42, reason, life: lifeAfter(...events) }
  return cardOf(name, messagesOfDay(day, freshness, deps))
}

/** Alerts and late days in each state of their message. */
export const watching: readonly Shown[] = [
  alert('alert-firing', fires),
  alert('alert-acknowledged', fires, { kind: 'acknowledged', by: grace }),
  alert('alert-snoozed', fires, { kind: 'snoozed', by: grace, until: '2018-12-02T05:04:00.000Z' }),
  alert('alert-resolved', fires, seen('2018-12-01')),
  lateDay('freshness-missed', null, missed),
  lateDay('freshness-acknowledged', null, missed, { kind: 'acknowledged', by: grace }),
  lateDay('freshness-resolved', '2018-12-01T07:12:40.000Z', missed, live),
]

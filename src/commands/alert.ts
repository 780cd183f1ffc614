import { z } from 'zod'
import type { Suggestion } from '../core/answer.ts'
import { optionalChoice } from '../core/command/args.ts'
import { defineCommand, type Outcome } from '../core/command/define.ts'
import { plural } from '../core/format.ts'
import { placeWords } from '../core/place.ts'
import type { WatchRecord } from '../core/ports/watches.ts'
import { linesGroup, type MenuReply, type TableReply, tableOfThings, text } from '../core/reply.ts'
import { conditionWords } from '../core/watch/condition.ts'
import { faceOf } from '../core/watch/face.ts'
import { alertName, findAlert, visibleWatches, watchWords } from '../core/watch/find.ts'
import { isOpen } from '../core/watch/life.ts'
import { alertLine } from '../core/watch/make.ts'

const howToAdd: MenuReply = {
  kind: 'menu',
  groups: [
    linesGroup('Add one', [
      'alert add "pulse" when plays<200 in #data-eng',
      'alert add "pulse" when plays changed>20%',
      'alert add "active-users" when dau unusual for=2',
    ]),
  ],
}

const addOne: Suggestion = { label: 'Add one…', line: 'alert-add query=pulse', form: true }

export default defineCommand({
  name: 'alert',
  aliases: ['alerts', 'all-alerts'],
  summary: 'Lists the alerts and watched checks, with their states; alert 2 shows one',
  group: 'schedules',
  role: 'operator',
  effect: 'none',
  schedulable: false,
  audience: 'asker',
  args: z.object({ part: optionalChoice({ about: 'the list (default)', values: ['list'] }), ...alertName() }),
  examples: ['alert', 'alert 2'],
  async run({ id, check }, context): Promise<Outcome> {
    if (id !== undefined || check !== undefined) return show(await findAlert({ id, check }, context))
    const watches = await visibleWatches(context)
    const firing = watches.filter(({ life }) => isOpen(life))
    const count =
      watches.length === 0 ? 'No alerts yet.' : `${plural(watches.length, 'alert')}, ${firing.length} firing.`
    return {
      headline: count,
      replies: watches.length === 0 ? [text(count), howToAdd] : [tableOf(watches)],
      next: [addOne],
    }
  },
})

function acknowledgement(watch: WatchRecord): readonly Suggestion[] {
  return watch.life.kind === 'firing' ? [{ label: 'Acknowledge', line: faceOf(watch).acknowledge }] : []
}

function tableOf(watches: readonly WatchRecord[]): TableReply {
  return tableOfThings(watches, {
    title: 'Alerts',
    columns: { alert: 'text', query: 'text', when: 'text', where: 'text', owner: 'text', state: 'text', found: 'text' },
    rowOf: (watch) => {
      const { definition, subject, place, owner } = watch
      const [query, when] =
        definition.kind === 'alert' ? [definition.line, conditionWords(definition)] : ['check', 'red']
      return [subject, query, when, placeWords(place), owner.name, stateWords(watch), foundWords(watch)]
    },
    action: actionOf,
  })
}

/** What somebody most likely wants to do about it. */
function actionOf(watch: WatchRecord): Suggestion | null {
  const { isPaused, subject, definition } = watch
  const [acknowledging] = acknowledgement(watch)
  if (acknowledging !== undefined) return acknowledging
  if (definition.kind !== 'alert') return null
  return isPaused ? { label: 'Resume', line: `alert-resume ${subject}` } : { label: 'Show', line: `alert ${subject}` }
}

function stateWords({ isPaused, life }: WatchRecord): string {
  if (isPaused) return 'paused'
  return isOpen(life) ? `${life.kind} since ${life.firing.since}` : 'ok'
}

function foundWords({ seen }: WatchRecord): string {
  if (seen === null) return 'not judged yet'
  return seen.kind === 'unknown' ? seen.why : seen.headline
}

function show(watch: WatchRecord): Outcome {
  const { definition, subject, place, isPaused, life } = watch
  const face = faceOf(watch)
  const facts = [
    ...face.facts,
    ['Posts', `in ${placeWords(place)}`],
    ['State', stateWords(watch)],
    ['Found', foundWords(watch)],
  ]
  return {
    headline: `${watchWords(watch)} is ${isPaused ? 'paused' : life.kind}.`,
    replies: [
      text(facts.map(([name, value]) => `${name}: ${value}`).join('\n')),
      ...(definition.kind === 'alert' ? [text(alertLine(definition, place), 'code')] : []),
    ],
    next: [
      ...acknowledgement(watch),
      ...(definition.kind !== 'alert'
        ? []
        : [
            isPaused
              ? { label: 'Resume it', line: `alert-resume ${subject}` }
              : { label: 'Pause it', line: `alert-pause ${subject}` },
            { label: 'Edit…', line: `alert-edit ${subject}`, form: true },
          ]),
      { label: 'All alerts', line: 'alert' },
    ],
  }
}

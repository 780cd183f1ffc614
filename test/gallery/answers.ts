import type { ModalView } from '@slack/types'
import { formOf } from '../../src/core/command/form.ts'
import type { Fallbacks, Presented, SlackMessage } from '../../src/slack/outbound/fallbacks.ts'
import {
  type HomeFallbacks,
  presentAnswer,
  presentEnded,
  presentForm,
  presentHome,
  presentMention,
  presentReasonModal,
  presentRun,
  presentTypedModal,
  type View,
} from '../../src/slack/present/index.ts'
import { realCatalog } from '../support/catalog.ts'
import { bot } from './answers/bot.ts'
import { cluster } from './answers/cluster.ts'
import { homes } from './answers/homes.ts'
import { loads, runsGoingOn } from './answers/loads.ts'
import { nightly } from './answers/nightly.ts'
import { endedPlans, plans } from './answers/plans.ts'
import { qa } from './answers/qa.ts'
import { questions } from './answers/questions.ts'
import { results } from './answers/results.ts'
import { schedules } from './answers/schedules.ts'
import { runOf } from './answers/shown.ts'
import { watching } from './answers/watching.ts'

/** One file of the gallery: what Slack is sent, exactly. */
export type Exhibit = { readonly name: string } & (
  | ({ readonly kind: 'answer' } & Presented)
  | { readonly kind: 'run'; readonly main: Fallbacks }
  | { readonly kind: 'message'; readonly message: SlackMessage }
  | { readonly kind: 'modal'; readonly view: ModalView }
  | { readonly kind: 'home'; readonly fallbacks: HomeFallbacks }
)

const view: View = { slash: '/sparkify', asker: 'Ada', direct: false, now: new Date('2026-11-30T03:05:00.000Z') }
const done = runOf('etl', 192_000)
const followForm = 'follow lines="top-songs n=20" day=mondays time=09:00'

function message(name: string, shown: SlackMessage | undefined): Exhibit {
  if (shown === undefined) throw new Error(`${name} has nothing to show`)
  return { name, kind: 'message', message: shown }
}

/** Every kind of message in every state. */
export const gallery: readonly Exhibit[] = [
  ...[
    ...loads,
    ...nightly,
    ...questions,
    ...results,
    ...qa,
    ...plans,
    ...cluster,
    ...schedules,
    ...watching,
    ...bot,
  ].map(
    (shown): Exhibit => ({
      name: shown.name,
      kind: 'answer',
      ...presentAnswer(shown.answer, { ...view, ...shown.view }),
    }),
  ),
  ...runsGoingOn.map(({ name, run, now }): Exhibit => ({ name, kind: 'run', main: presentRun(run, { ...view, now }) })),
  ...homes.map(({ name, home }): Exhibit => ({ name, kind: 'home', fallbacks: presentHome(home, view) })),
  message('mention-done', presentMention(done, '6,820 plays are live; 12 of 12 checks green.', ['U02AB3C4D'])),
  message(
    'mention-failed',
    presentMention({ ...done, state: 'error' }, '1 check red: Each user is in users once.', ['U02AB3C4D', 'S0ONCALL']),
  ),
  ...endedPlans.map(({ name, plan }) => message(name, presentEnded(plan))),
  { name: 'form-modal', kind: 'modal', view: presentForm(formOf('top-songs 20', await realCatalog()), '{}') },
  {
    name: 'schedule-modal',
    kind: 'modal',
    view: presentForm(
      formOf('schedule-add lines="top-songs n=20" day=daily time=07:00', await realCatalog(), 'Europe/London'),
      '{}',
    ),
  },
  { name: 'share-modal', kind: 'modal', view: presentForm(formOf('share 12', await realCatalog()), '{}') },
  ...endedPlans.flatMap(({ name, plan }): Exhibit[] =>
    name === 'card-rejected' && plan !== null
      ? [{ name: 'card-reason-modal', kind: 'modal', view: presentReasonModal(plan) }]
      : [],
  ),
  {
    name: 'follow-modal',
    kind: 'modal',
    view: presentForm(formOf(followForm, await realCatalog(), 'Europe/London'), '{}'),
  },
  {
    name: 'plan-typed-modal',
    kind: 'modal',
    view: presentTypedModal({
      id: '0d1f5a34',
      title: 'Tear down sparkify?',
      act: 'Tear down sparkify',
      typed: 'sparkify',
    }),
  },
]

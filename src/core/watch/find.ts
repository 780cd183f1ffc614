import type { z } from 'zod'
import { optionalId, optionalText } from '../command/args.ts'
import { mayUse } from '../command/catalog.ts'
import type { Context } from '../command/context.ts'
import type { Outcome } from '../command/define.ts'
import { OpsError } from '../errors.ts'
import { type Asker, includesRole } from '../people.ts'
import { isDirect, type Place, placeWords } from '../place.ts'
import type { WatchChanges, WatchRecord } from '../ports/watches.ts'
import { postable } from '../posting.ts'
import { text } from '../reply.ts'
import { maySee } from '../schedule/make/find.ts'
import { conditionWords } from './condition.ts'
import { faceOf } from './face.ts'
import { advance, isOpen, type LifeEvent } from './life.ts'
import { messagesOfLife } from './message.ts'
import { moveWatch } from './move.ts'

/** Which alert, or which watched check. */
interface AlertName {
  readonly id?: number | undefined
  readonly check?: string | undefined
}

/** The argument that names an alert. */
export function alertNumber(): z.ZodType<number | undefined> {
  return optionalId({ about: 'the number of the alert' })
}

/** The arguments that name an alert or a watched check. */
export function alertName() {
  return {
    id: alertNumber(),
    check: optionalText({
      about: 'the name of a check, in place of a number',
      bare: false,
      maxLength: 100,
      accepts: 'the name of a check',
      form: 'left-out',
    }),
  }
}

/** Whether a person may see a watched condition and its figure: as a schedule in that place, and where they may run its query now, or own it. */
export function maySeeWatch(watch: WatchRecord, { who, catalog }: Pick<Context, 'who' | 'catalog'>): boolean {
  const { definition } = watch
  if (!maySee(watch, who)) return false
  if (definition.kind !== 'alert' || isOwner(watch, who) || includesRole(who.role, 'admin')) return true
  const command = catalog.named(definition.line)
  return command !== undefined && mayUse(command, who.role)
}

function isOwner({ owner }: WatchRecord, { kind, id }: Asker): boolean {
  return owner.kind === kind && owner.id === id
}

/** The alerts and watched checks that this person may see, in the order in which they were made. */
export async function visibleWatches(
  context: Pick<Context, 'deps' | 'who' | 'catalog'>,
): Promise<readonly WatchRecord[]> {
  const watches = await context.deps.ledger.watches.list(['alert', 'check'])
  return watches.filter((watch) => maySeeWatch(watch, context))
}

/** The alert or check of that name. Throws `not_found`, and `not_allowed` for one that `who` may not see. */
export async function findAlert({ id, check }: AlertName, context: Context): Promise<WatchRecord> {
  const { watches } = context.deps.ledger
  const watch =
    check === undefined
      ? id === undefined
        ? null
        : await watches.get('alert', String(id))
      : await watches.get('check', check)
  if (watch === null) {
    const which =
      check === undefined
        ? id === undefined
          ? 'Which alert?'
          : `There is no alert ${id}.`
        : `No check "${check}" is watched.`
    throw new OpsError('not_found', `${which} Nothing was done.`, 'Type alert to list them.', { fixCommand: 'alert' })
  }
  if (maySeeWatch(watch, context)) return watch
  throw notTheirs(watch)
}

/** Checks that `who` may decide what an alert posts, by the rule for a new one. The place by the id of its channel. Throws `not_allowed`. */
export async function requireAlertPoster(
  watch: WatchRecord,
  { deps, who }: Context,
  to: Place = watch.place,
): Promise<Place> {
  if (isDirect(watch.place) && !isOwner(watch, who)) throw notTheirs(watch)
  return postable(to, who, deps)
}

function notTheirs(watch: WatchRecord): OpsError {
  const why = isDirect(watch.place)
    ? `posts in ${watch.owner.name}'s direct messages`
    : `watches a query of ${watch.owner.name} that you may not run`
  const message = `${faceOf(watch).name} ${why}. Nothing was done.`
  return new OpsError('not_allowed', message, 'Add your own alert.')
}

// A load that is judged at the same moment changes an alert once or twice.
const mostTries = 5

/** Lets an event happen to an alert as it is at that moment; `changes` is asked for each try. Throws as `findAlert` does. */
export async function settleAlert(
  name: AlertName,
  event: LifeEvent,
  context: Context,
  changes: (watch: WatchRecord) => WatchChanges = () => ({}),
): Promise<WatchRecord> {
  for (let tries = 0; tries < mostTries; tries++) {
    const watch = await findAlert(name, context)
    const moved = await moveWatch(watch, event, changes(watch), context.deps)
    if (moved !== null) return moved
  }
  throw changedByOthers()
}

function changedByOthers(): OpsError {
  return new OpsError('busy', 'The alert is being changed by others. Nothing was done.', 'Try again.')
}

/** Removes an alert, and gives it as it was; its firing ends. Throws as `settleAlert` does. */
export async function removeAlert(name: AlertName, by: Asker, context: Context): Promise<WatchRecord> {
  const { deps } = context
  for (let tries = 0; tries < mostTries; tries++) {
    const watch = await findAlert(name, context)
    const end = { kind: 'person', by, how: 'removed' } as const
    const life = advance(watch.life, { kind: 'ended', end }, deps.clock.now().toISOString())
    if (await deps.ledger.watches.remove(watch, messagesOfLife({ ...watch, life }, watch.life, deps))) return watch
  }
  throw changedByOthers()
}

/** Throws `bad_argument` unless a firing goes on. */
export async function requireFiring(name: AlertName, context: Context): Promise<void> {
  const watch = await findAlert(name, context)
  if (isOpen(watch.life)) return
  throw new OpsError(
    'bad_argument',
    `${faceOf(watch).name} is not firing. Nothing was done.`,
    'Type alert to list them.',
    {
      fixCommand: 'alert',
    },
  )
}

/** "Alert 3 (pulse, plays<200)", "Check days-have-no-gaps". */
export function watchWords(watch: WatchRecord): string {
  const { definition } = watch
  const { name } = faceOf(watch)
  return definition.kind === 'alert' ? `${name} (${definition.line}, ${conditionWords(definition)})` : name
}

/** An alert that was made or changed, in one sentence, with what can be done next. */
export function alertOutcome(watch: WatchRecord, became: string, more: readonly string[] = []): Outcome {
  const headline = `${watchWords(watch)} ${became}`
  const { subject, isPaused, definition } = watch
  const own = definition.kind === 'alert'
  return {
    headline,
    tone: 'good',
    replies: [...more.map((line) => text(line, 'note'))],
    next: [
      ...(own && isPaused ? [{ label: 'Resume it', line: `alert-resume ${subject}` }] : []),
      ...(own && !isPaused ? [{ label: 'Pause it', line: `alert-pause ${subject}` }] : []),
      { label: 'All alerts', line: 'alert' },
    ],
  }
}

/** Where an alert posts: "in #data-eng". */
export function alertPlace({ place }: Pick<WatchRecord, 'place'>): string {
  return `in ${placeWords(place)}`
}

import type { Deps } from '../deps.ts'
import { moment } from '../format.ts'
import { type Asker, theBot } from '../people.ts'
import { conversationOf, directMessagesOf, type Place } from '../place.ts'
import type { LoadRecord } from '../ports/loads.ts'
import type { Observation } from '../ports/watches.ts'
import type { CheckFile, CheckWatch } from '../sql/files.ts'
import { moveWatch } from './move.ts'

/**
 * Judges the checks whose header names an owner or a channel by what they found of the live load when it was loaded: once for each load. A check
 * that is not watched any more, because its file has changed, is removed, and its firing ends.
 */
export async function judgeChecks(live: LoadRecord, deps: Deps): Promise<void> {
  const { ledger, library, clock, outbox } = deps
  const watched = library.checks.flatMap((check) => (check.watch === null ? [] : [{ check, watch: check.watch }]))
  const all = await ledger.watches.list(['check'])
  for (const known of all) {
    if (watched.some(({ check }) => check.name === known.subject)) continue
    const ended = await moveWatch(known, { kind: 'ended', end: removal }, {}, deps)
    if (ended !== null) await ledger.watches.remove(ended, [])
  }
  const found = live.facts.checks
  if (found?.names === undefined) return
  for (const { check, watch } of watched) {
    if (all.some(({ subject, judged }) => subject === check.name && judged?.load === live.id)) continue
    const owner = ownerOf(check, watch)
    const place = await outbox.resolve(placeOfCheck(watch))
    const created = clock.now().toISOString()
    const known = await ledger.watches.named(check.name, { definition: { kind: 'check' }, place, owner, created })
    if (known.judged?.load === live.id) continue
    const seen = observationOf(check, live, library.checks)
    const judged = { load: live.id, day: null, value: null }
    await moveWatch(known, { kind: 'observed', observation: seen }, { judged, seen, owner, place }, deps)
  }
}

const removal = { kind: 'person', by: theBot, how: 'removed' } as const

function ownerOf({ name }: CheckFile, { owner }: CheckWatch): Asker {
  return owner === null
    ? { kind: 'local', id: `check ${name}`, name: 'its file' }
    : { kind: 'slack', id: owner, name: owner }
}

function placeOfCheck({ owner, channel }: CheckWatch): Place {
  if (channel !== null) {
    return channel.startsWith('#') ? conversationOf(channel, channel.slice(1)) : conversationOf(channel, undefined)
  }
  return owner === null ? { kind: 'terminal' } : directMessagesOf(owner)
}

function observationOf(
  check: CheckFile,
  { id, facts, published }: LoadRecord,
  checks: readonly CheckFile[],
): Observation {
  const { names = [], warnings = [] } = facts.checks ?? {}
  const when = published === null ? `load ${id}` : `the load of ${moment(new Date(published))}`
  const isRed = names.includes(check.name)
  // What the red checks that warn have found is kept in their order.
  const warning = names
    .filter((name) => checks.find((one) => one.name === name)?.severity === 'warn')
    .indexOf(check.name)
  const words = isRed ? (warnings[warning] ?? check.title) : check.title
  return {
    kind: isRed ? 'red' : 'green',
    when,
    headline: `${words}, ${when}.`,
    facts: [
      ['Check', check.title],
      ['Load', `${id}${published === null ? '' : `, published ${moment(new Date(published))}`}`],
    ],
  }
}

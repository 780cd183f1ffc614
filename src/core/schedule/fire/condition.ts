import type { Deps } from '../../deps.ts'
import type { LoadRecord } from '../../ports/loads.ts'
import type { Condition } from '../../ports/schedules.ts'
import type { TableReply } from '../../reply.ts'
import type { Said } from '../report/one-message.ts'
import { figuresDiffer } from './figures.ts'

/** Whether what was said is posted, given what was posted the time before; null where nothing was yet, from which on it is compared. */
export async function isWorthPosting(
  condition: Condition,
  said: readonly Said[],
  before: readonly Said[] | null,
  deps: Pick<Deps, 'ledger'>,
): Promise<boolean> {
  switch (condition.kind) {
    case 'always':
      return true
    case 'not-empty':
      return hasRows(said)
    case 'changed':
      return before === null || figuresDiffer(tablesOf(said), tablesOf(before), condition.percent)
    case 'checks':
      return before === null || !isSame(await redChecks(said, deps), await redChecks(before, deps))
  }
}

/** Whether a question among them was answered with rows; what the checks say is no such answer. */
function hasRows(said: readonly Said[]): boolean {
  return said.some(({ answer }) => {
    const isAnswer = answer.asked !== undefined || answer.run?.command === 'result'
    return isAnswer && answer.replies.some((reply) => reply.kind === 'table' && reply.rows.length > 0)
  })
}

function tablesOf(said: readonly Said[]): readonly TableReply[] {
  return said
    .flatMap(({ answer }) => [...answer.replies, ...(answer.details ?? [])])
    .filter((reply) => reply.kind === 'table')
}

/** Titles of the checks that are not green: as a line says, otherwise those of the load that was answered from. */
async function redChecks(said: readonly Said[], deps: Pick<Deps, 'ledger'>): Promise<ReadonlySet<string>> {
  const tables = tablesOf(said).filter(({ columns }) => columns.includes('check') && columns.includes('state'))
  return new Set(tables.length > 0 ? tables.flatMap(redIn) : await redOfLoad(said, deps))
}

function redIn({ columns, rows }: TableReply): readonly string[] {
  const [state, name] = [columns.indexOf('state'), columns.indexOf(columns.includes('title') ? 'title' : 'check')]
  return rows.filter((row) => row[state] !== 'green').map((row) => String(row[name]))
}

async function redOfLoad(said: readonly Said[], { ledger }: Pick<Deps, 'ledger'>): Promise<readonly string[]> {
  const asked = said.flatMap(({ answer }) => answer.asked?.load ?? []).at(-1)
  const { checks } = (asked === undefined ? await loadAtEnd(said, ledger) : await ledger.loads.get(asked))?.facts ?? {}
  return [...(checks?.red ?? []), ...(checks?.warnings ?? [])]
}

/** The load that was live when the last of them was said. */
async function loadAtEnd(said: readonly Said[], { loads }: Deps['ledger']): Promise<LoadRecord | undefined> {
  const ended = said.flatMap(({ answer }) => answer.run?.ended ?? []).at(-1) ?? ''
  const published = await loads.list(['live', 'previous', 'discarded'])
  return published.find((load) => load.published !== null && load.published <= ended)
}

function isSame(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  return one.size === other.size && [...one].every((name) => other.has(name))
}

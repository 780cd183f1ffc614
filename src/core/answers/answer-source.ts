import type { AskedQuestion } from '../answer.ts'
import type { Deps } from '../deps.ts'
import { expected } from '../errors.ts'
import { bytes, count, moment, plural } from '../format.ts'
import type { LoadedFile, LoadId } from '../ports/engine.ts'
import type { LoadRecord } from '../ports/loads.ts'
import type { RunRecord } from '../ports/runs.ts'
import { type Reply, type TableReply, text } from '../reply.ts'
import { tablesRead } from '../sql/lexer.ts'
import { auditedSchema, loadSteps, stagedSchema } from '../warehouse/load-steps.ts'
import { repairedSchema } from '../warehouse/repair-texts.ts'
import { checksStateLine } from '../warehouse/state.ts'

/*
 * Where the rows of an answer come from: tables, load, files, and what the load did with their rows. What is not known is stated.
 */

// The newest few name the day that a reader asks about; the file of all has the rest.
const filesShown = 5

/** The source of an answer as replies, and whether its load has more files than they show. */
export async function sourceOfAnswer(
  asked: AskedQuestion,
  deps: Deps,
  signal: AbortSignal,
): Promise<{ readonly replies: readonly Reply[]; readonly hasMoreFiles: boolean }> {
  const [load, run, files] = await Promise.all([
    deps.ledger.loads.get(asked.load),
    deps.ledger.runs.get(asked.load),
    filesOfLoad(asked.load, deps, signal),
  ])
  const replies = [
    text([tablesLine(asked, load, deps), loadLine(asked, load, run)].join('\n')),
    ...filesReplies(files, load),
    text([rowsLine(load, run), load === null ? 'Checks: not known.' : `Checks: ${checksStateLine(load)}.`].join('\n')),
    text(asked.sql, 'code'),
    ...boundValues('Bound values', asked.values),
    ...boundValues('Bound values of the earlier period', asked.before),
  ]
  return { replies, hasMoreFiles: files !== null && files.length > filesShown }
}

/** The files of a load; null where the engine keeps no list, or the load is deleted. */
export function filesOfLoad(
  load: LoadId,
  { engine }: Deps,
  signal: AbortSignal,
): Promise<readonly LoadedFile[] | null> {
  return engine.loadedFiles(load, signal).catch(expected(() => null, 'not_found'))
}

/** The files of a load as a table; without a column of what is known of none of them. */
export function filesTable(title: string, files: readonly LoadedFile[], total = files.length): TableReply {
  const columns = [
    { name: 'file', format: 'text', of: ({ path }: LoadedFile) => path },
    { name: 'day', format: 'date', of: ({ day }: LoadedFile) => day },
    { name: 'rows', format: 'integer', of: ({ rows }: LoadedFile) => rows },
    { name: 'left_out', format: 'integer', of: ({ rejected }: LoadedFile) => rejected },
    { name: 'bytes', format: 'bytes', of: (file: LoadedFile) => file.bytes },
  ] as const
  const known = columns.filter(({ of }) => files.some((file) => of(file) !== null))
  return {
    kind: 'table',
    title,
    columns: known.map(({ name }) => name),
    formats: known.map(({ format }) => format),
    rows: files.map((file) => known.map(({ of }) => of(file))),
    total,
    list: true,
  }
}

/** "Tables: songplays (6,820 rows), songs (71 rows)." */
function tablesLine({ sql }: AskedQuestion, load: LoadRecord | null, { library }: Deps): string {
  const tables = tablesRead(sql, [...library.tables.star, ...library.tables.staging])
  const words = tables.map((table) => {
    const rows = load?.facts.counts?.[table]
    return rows === undefined ? table : `${table} (${plural(rows, 'row')})`
  })
  return `Tables: ${words.join(', ')}.`
}

/** "Load 12 on duckdb, run by Ada, published 30 Nov 2018, 10:00 UTC; a copy of load 11 with the files that changed since." */
function loadLine(asked: AskedQuestion, load: LoadRecord | null, run: RunRecord | null): string {
  const { published = null, facts: { base } = {} } = load ?? {}
  const by = run === null ? '' : `, run by ${run.who.name}`
  const when = published === null ? '' : `, published ${moment(new Date(published))}`
  const from = base === undefined ? '' : `; load ${base} with the files that changed since`
  return `Load ${asked.load} on ${asked.engine}${by}${when}${from}.`
}

const datasets = [
  ['log', 'log file'],
  ['song', 'song file'],
] as const

function filesReplies(files: readonly LoadedFile[] | null, load: LoadRecord | null): readonly Reply[] {
  if (files === null) {
    const { files: number, bytes: size } = load?.facts ?? {}
    const known = [number === undefined ? '' : plural(number, 'file'), size === undefined ? '' : bytes(size)]
    const words = known.filter((part) => part !== '').join(', ')
    return [text(`Source files: ${words === '' ? '' : `${words}. `}Which ones is not known: no list of them is kept.`)]
  }
  const sumOf = (of: readonly LoadedFile[], figure: (file: LoadedFile) => number | null): number | null =>
    of.some((file) => figure(file) === null) ? null : of.reduce((sum, file) => sum + (figure(file) ?? 0), 0)
  const parts = datasets.flatMap(([dataset, one]) => {
    const own = files.filter((file) => file.dataset === dataset)
    const rows = sumOf(own, (file) => file.rows)
    const size = sumOf(own, (file) => file.bytes)
    const facts = [
      plural(own.length, one),
      ...(rows === null ? [] : [plural(rows, 'row')]),
      ...(size === null ? [] : [bytes(size)]),
    ]
    return own.length === 0 ? [] : [facts.join(', ')]
  })
  const unknown = files.some((file) => file.rows === null) ? ' Rows and sizes of single files are not known.' : ''
  const shown = files.slice(0, filesShown)
  const title = shown.length < files.length ? 'Newest source files' : 'Source files'
  return [text(`Source files: ${parts.join(' · ')}.${unknown}`), filesTable(title, shown, files.length)]
}

/** What the load left out, repaired and dropped as repeated. The run of the load keeps what its steps found, the load itself the rest. */
function rowsLine(load: LoadRecord | null, run: RunRecord | null): string {
  const outputOf = (id: string): unknown =>
    run?.steps.find((step) => step.id === id && step.state === 'complete')?.output
  const staged = [loadSteps.events.id, loadSteps.songs.id].map((id) => stagedSchema.safeParse(outputOf(id)).data)
  const rejected = staged.some((one) => one === undefined)
    ? undefined
    : staged.reduce((sum, one) => sum + (one?.rejected ?? 0), 0)
  const texts = repairedSchema.safeParse(outputOf(loadSteps.repair.id)).data?.texts
  const plays = auditedSchema.safeParse(outputOf(loadSteps.audit.id)).data?.repairedPlays
  const repeats = load?.facts.repeatsDropped
  const known = (number: number | undefined): string => (number === undefined ? 'not known' : count(number))
  const inPlays = plays === undefined || texts === 0 ? '' : ` in ${plural(plays, 'play')}`
  return [
    `Rows left out as unreadable: ${known(rejected)}`,
    `texts repaired: ${known(texts)}${inPlays}`,
    `events delivered again, counted once: ${known(repeats)}`,
  ].join(' · ')
}

function boundValues(title: string, values: AskedQuestion['values'] = {}): readonly Reply[] {
  const rows = Object.entries(values)
  return rows.length === 0 ? [] : [{ kind: 'table', title, columns: ['name', 'value'], rows, total: rows.length }]
}

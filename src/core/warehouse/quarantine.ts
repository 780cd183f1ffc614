import { z } from 'zod'
import type { Deps } from '../deps.ts'
import { OpsError } from '../errors.ts'
import { list, plural } from '../format.ts'
import type { SourceFile, Sources } from '../ports/engine.ts'

/*
 * Source files that loads leave out. A file is in quarantine with the content that it had: once it has another one, loads read it again.
 */

const quarantinedSchema = z.object({
  path: z.string(),
  /** What `Engine.contentOf` gave. */
  content: z.string(),
  bytes: z.number(),
  /** ISO 8601 in UTC. */
  since: z.string(),
  who: z.string(),
})
export type QuarantinedFile = z.output<typeof quarantinedSchema>

const prefix = 'quarantine:'
const keyOf = (path: string): string => `${prefix}${path}`

/** All files in quarantine, by path. */
export async function filesInQuarantine({ ledger }: Deps): Promise<readonly QuarantinedFile[]> {
  return (await ledger.notes.list(prefix)).map(({ value }) => quarantinedSchema.parse(value))
}

/** Puts a file in quarantine as it is now. Throws `source_unreadable` where the engine cannot know when it changes. */
export async function quarantine(file: SourceFile, who: string, deps: Deps, signal: AbortSignal): Promise<void> {
  const content = await deps.engine.contentOf(file, signal)
  if (content === null) {
    throw new OpsError(
      'source_unreadable',
      `Nobody could notice when ${file.path} changes, so it cannot be put in quarantine.`,
      'Move it out of the folder.',
    )
  }
  const { path, bytes } = file
  const since = deps.clock.now().toISOString()
  await deps.ledger.notes.set(keyOf(path), { path, content, bytes, since, who } satisfies QuarantinedFile)
}

/** Lets loads read the file again. False where it is not in quarantine as it was. */
export function release(file: QuarantinedFile, { ledger }: Deps): Promise<boolean> {
  return ledger.notes.drop(keyOf(file.path), file)
}

/** The sources, and what of them is left out: files in quarantine (`out`); `changed` are those that are read again. */
export interface Admitted {
  readonly sources: Sources
  readonly out: readonly QuarantinedFile[]
  readonly changed: readonly QuarantinedFile[]
}

/** Splits the sources by what is in quarantine now. Changes nothing. */
export async function admit(sources: Sources, deps: Deps, signal: AbortSignal): Promise<Admitted> {
  const listed = new Map([...sources.log, ...sources.song].map((file) => [file.path, file]))
  const out: QuarantinedFile[] = []
  const changed: QuarantinedFile[] = []
  for (const entry of await filesInQuarantine(deps)) {
    const file = listed.get(entry.path)
    if (file === undefined) continue
    const isSame = file.bytes === entry.bytes && (await deps.engine.contentOf(file, signal)) === entry.content
    if (isSame) out.push(entry)
    else changed.push(entry)
  }
  return {
    sources: without(
      sources,
      out.map(({ path }) => path),
    ),
    out,
    changed,
  }
}

/** The sources without these files. */
export function without(sources: Sources, files: readonly string[]): Sources {
  const paths = new Set(files)
  const left = (some: readonly SourceFile[]): readonly SourceFile[] => some.filter(({ path }) => !paths.has(path))
  return { ...sources, log: left(sources.log), song: left(sources.song), leftOut: files }
}

const namesShown = 5

/** "2 files in quarantine: a.json, b.json". */
export function quarantineWords(paths: readonly string[]): string {
  const names = paths.slice(0, namesShown).map(baseName)
  const more = paths.length > names.length ? [`${paths.length - names.length} more`] : []
  return `${plural(paths.length, 'file')} in quarantine: ${list([...names, ...more])}`
}

/** The last part of a path. */
export function baseName(path: string): string {
  return path.replace(/^.*[\\/]/, '')
}

/**
 * The one file that a person means: by its path, or by the end of it. Throws `bad_argument` where it is none or several of them.
 */
export function fileNamed<T extends { readonly path: string }>(name: string, files: readonly T[], where: string): T {
  const exact = files.find(({ path }) => path === name)
  const ending = files.filter(({ path }) => path.endsWith(`/${name}`))
  const [first, second] = exact === undefined ? ending : [exact]
  if (first !== undefined && second === undefined) return first
  const message =
    first === undefined ? `There is no file "${name}" ${where}.` : `${ending.length} files end in "${name}".`
  const remedy =
    first === undefined
      ? 'Write its path, or the end of it.'
      : `Write more of its path: ${list(ending.slice(0, namesShown).map(({ path }) => path))}.`
  throw new OpsError('bad_argument', message, remedy, { field: 'file' })
}

/** "3 files skipped by name: a.bz2, b, c.json.1". */
export function skippedWords(skipped: readonly string[]): string {
  const names = skipped.slice(0, namesShown).map((name) => name.replaceAll(/\p{Cc}/gu, '?'))
  const more = skipped.length - names.length
  return `${plural(skipped.length, 'file')} skipped by name: ${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

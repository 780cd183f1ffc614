import { z } from 'zod'
import { optionalText } from '../command/args.ts'
import type { RunContext } from '../command/context.ts'
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

/** The argument that names a source file. `which` completes "the path of". */
export function fileArgument(which: string): z.ZodType<string | undefined> {
  const accepts = `the path of ${which}, or the end of it`
  return optionalText({ about: 'the file: its path, or the end of it', maxLength: 4096, accepts })
}

/**
 * Puts the source file that a person means in quarantine as it is now. Throws `bad_config` where the engine cannot list the files, and
 * `source_unreadable` where it cannot know when this one changes.
 */
export async function quarantine(name: string, { deps, signal, who }: RunContext): Promise<SourceFile> {
  const { log, song, whole } = await deps.engine.sources(signal)
  if (whole) {
    throw new OpsError(
      'bad_config',
      'The warehouse reads everything below the prefixes, so no file can be left out.',
      'Set SPARKIFY_WORK, with which the files are listed (docs/aws.md); or move the file out of the prefix.',
    )
  }
  const file = fileNamed(name, [...log, ...song], 'among the source files')
  const content = await deps.engine.contentOf(file, signal)
  if (content === null) {
    throw new OpsError(
      'source_unreadable',
      `Changes of ${file.path} cannot be detected, so it cannot be put in quarantine.`,
      'Move it out of the folder.',
    )
  }
  const { path, bytes } = file
  const since = deps.clock.now().toISOString()
  await deps.ledger.notes.set(keyOf(path), { path, content, bytes, since, who: who.name } satisfies QuarantinedFile)
  return file
}

/** Lets loads read the file in quarantine again that a person means. Throws `interrupted` where it changed meanwhile. */
export async function releaseNamed(name: string | undefined, deps: Deps): Promise<QuarantinedFile> {
  if (name === undefined) {
    throw new OpsError('bad_argument', 'No file is named.', 'Write its path, or the end of it.', { field: 'file' })
  }
  const file = fileNamed(name, await filesInQuarantine(deps), 'in quarantine')
  if (await release(file, deps)) return file
  const message = `${baseName(file.path)} was just put in quarantine again, or released.`
  throw new OpsError('interrupted', message, '', { fixCommand: 'quarantine' })
}

/** Lets loads read the file again. False where it is not in quarantine as it was. */
export function release(file: QuarantinedFile, { ledger }: Deps): Promise<boolean> {
  return ledger.notes.drop(keyOf(file.path), file)
}

/** The sources, and what of them is left out: files in quarantine (`out`); `changed` are those that are read again. */
interface Admitted {
  readonly sources: Sources
  readonly out: readonly QuarantinedFile[]
  readonly changed: readonly QuarantinedFile[]
}

/** Splits the sources by what is in quarantine now. Changes nothing. */
export async function admit(sources: Sources, deps: Deps, signal: AbortSignal): Promise<Admitted> {
  if (sources.whole) return { sources, out: [], changed: [] }
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
function fileNamed<T extends { readonly path: string }>(name: string, files: readonly T[], where: string): T {
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

import { readdirSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { describe, expect, it } from 'vitest'

/**
 * The layers of core, from the lowest up. Each imports only itself and those before it. A name that ends in `.ts` is a file directly in
 * `core/`; the other files there are the model, which is the lowest layer.
 */
const layers: readonly string[] = [
  'model',
  'ports',
  'sql',
  'background.ts',
  'pacing.ts',
  'deps.ts',
  'posting.ts',
  'outbox',
  'command',
  'runner',
  'cluster',
  'approval',
  'history',
  'warehouse',
  'answers',
  'schedule/make',
  'schedule/report',
  'schedule/run',
  'watch',
  'watch/freshness',
  'home',
  'doctor',
  'app.ts',
]

/** The files of `src/` that put concrete parts together: they import any folder, and each other. */
const roots: readonly string[] = [
  'agents.ts',
  'backup.ts',
  'boot.cts',
  'bot.ts',
  'cli.ts',
  'commands.ts',
  'compose.ts',
  'copies.ts',
  'slack-backend.ts',
  'engines.ts',
  'fetched-sources.ts',
  'library.ts',
  'line.ts',
  'local-people.ts',
  'main.ts',
  'platform.ts',
  'sample.ts',
  'terminal-slack.ts',
]

/** The files of `src/` that only roots import, and that know no concrete part. */
const settings: readonly string[] = ['config.ts']

/** What core imports from outside of the repository. */
const packagesOfCore: readonly string[] = ['zod', 'node:crypto']

/** The path of each file of the program, from `src/`, with its text. */
type Sources = ReadonlyMap<string, string>

interface Import {
  /** A path from `src/`. */
  readonly importer: string
  /** A path from `src/`, or the name of a package. Null where it is worked out while the program runs. */
  readonly imported: string | null
}

function readSources(folder = 'src'): Sources {
  const root = join(import.meta.dirname, '..', folder)
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) => /\.[cm]?tsx?$/.test(file))
  return new Map(files.map((file) => [file.replaceAll('\\', '/'), readFileSync(join(root, file), 'utf8')]))
}

const statement = /^(?:import|export)\b[^'"`;=(]*\bfrom\s*'([^']+)'|^import\s*'([^']+)'/gm
const call = /\b(?:import|require|createRequire\(import\.meta\.url\))\(\s*(?:'([^']+)'\s*\))?/g

/** Every import of the sources: statements, `import type`, re-exports, `import()` in code and in types, and `require`. */
function importsOf(sources: Sources): readonly Import[] {
  return [...sources].flatMap(([importer, text]) => {
    const code = text.replaceAll(/^\s*(?:\/\/|\/?\*).*$/gm, '')
    const names = [
      ...[...code.matchAll(statement)].map(([, from, bare]) => from ?? bare ?? null),
      ...[...code.matchAll(call)].map(([, name]) => name ?? null),
    ]
    return names.map((name) => ({ importer, imported: name?.startsWith('.') ? beside(importer, name) : name }))
  })
}

function beside(importer: string, name: string): string {
  return posix.join(posix.dirname(importer), name)
}

/** The folder of `src/` that a file is in, or the name of a file that is in none. */
function topOf(path: string): string {
  return path.split('/')[0] ?? path
}

/** The layer of a file of core. */
function layerOf(path: string): string {
  const within = path.slice('core/'.length)
  if (within.includes('/')) return posix.dirname(within)
  return layers.includes(within) ? within : 'model'
}

/** The rule that an import breaks; null where it breaks none. */
function brokenRule({ importer, imported }: Import, sources: Sources): string | null {
  const from = topOf(importer)
  const isRoot = roots.includes(from)
  if (imported === null) return isRoot ? null : 'only roots work out the name of a module while the program runs'
  if (!sources.has(imported)) {
    if (/^[.]{2}\/|\.[cm]?[jt]sx?$/.test(imported)) return 'an import stays within src'
    if (from !== 'core' || packagesOfCore.includes(imported)) return null
    return `core imports only core, ${packagesOfCore.join(' and ')}`
  }
  const to = topOf(imported)
  if (isRoot || from === to) return from === 'core' ? brokenLayer(importer, imported) : null
  if (from === 'core') return `core imports only core, ${packagesOfCore.join(' and ')}`
  if (settings.includes(from)) {
    return to === 'core' || imported === `${to}/settings.ts`
      ? null
      : `${from} imports only core and the settings of the folders`
  }
  if (roots.includes(to) || settings.includes(to)) return `only roots import ${to}`
  return to === 'core' ? null : 'a folder imports only core and itself; only roots put folders together'
}

function brokenLayer(importer: string, imported: string): string | null {
  const [from, to] = [layerOf(importer), layerOf(imported)]
  return layers.indexOf(to) > layers.indexOf(from)
    ? `layers of core import downwards only: ${to} is above ${from}`
    : null
}

/** What breaks a rule, in lines: importer, imported, rule; or the file that has no place in the lists above. */
function violations(sources: Sources): readonly string[] {
  const homeless = [...sources.keys()].flatMap((path) => {
    if (!path.includes('/')) {
      return roots.includes(path) || settings.includes(path)
        ? []
        : [`${path}: a file beside the folders of src is a root`]
    }
    return topOf(path) !== 'core' || layers.includes(layerOf(path)) ? [] : [`${path}: its folder is no layer of core`]
  })
  const broken = importsOf(sources).flatMap((one) => {
    const rule = brokenRule(one, sources)
    return rule === null ? [] : [`${one.importer} -> ${one.imported ?? 'import(…)'}: ${rule}`]
  })
  return [...homeless, ...broken]
}

/** The folders of core that import each other, directly or by way of others, each group with the imports that tie it together. */
function cyclesOf(sources: Sources): readonly string[] {
  const edges = importsOf(sources).flatMap(({ importer, imported }) =>
    imported !== null && importer.startsWith('core/') && imported.startsWith('core/') && sources.has(imported)
      ? [{ from: layerOf(importer), to: layerOf(imported), text: `${importer} -> ${imported}` }]
      : [],
  )
  const reached = new Map(layers.map((layer) => [layer, reach(layer, edges)]))
  return edges
    .filter(({ from, to }) => from !== to && reached.get(to)?.has(from))
    .map(({ from, to, text }) => `${text}: ${from} and ${to} import each other`)
}

function reach(from: string, edges: readonly { readonly from: string; readonly to: string }[]): ReadonlySet<string> {
  const found = new Set<string>([from])
  for (const layer of found) {
    for (const edge of edges) if (edge.from === layer) found.add(edge.to)
  }
  return found
}

describe('what people read', () => {
  it('has no marks of code, which plain text would show as they are', () => {
    // The workspace repeats Slack's own refusals.
    const ours = [...readSources()].filter(([path]) => topOf(path) !== 'workspace')
    const marked = ours.flatMap(([path, text]) =>
      (text.match(/^(?!\s*(?:\/\/|\/?\*)).*(?:'[^'`\n]*`[a-z][a-z -]*`[^'`\n]*'|\\`[a-z]).*$/gm) ?? []).map(
        (line) => `${path}: ${line.trim()}`,
      ),
    )
    expect(marked).toEqual([])
  })
})

describe('the import graph of src', () => {
  const sources = readSources()

  it('has no import that breaks a rule', () => {
    expect(violations(sources)).toEqual([])
  })

  it('has no cycle between folders of core', () => {
    expect(cyclesOf(sources)).toEqual([])
  })

  it('is read whole: no line that names a file of src is missed', () => {
    const named = [...sources.values()].flatMap(
      (text) => text.match(/^(?!\s*(?:\/\/|\/?\*)).*'\.{1,2}\/[^'\n]+\.[cm]?tsx?'/gm) ?? [],
    )
    const read = importsOf(sources).filter(({ imported }) => imported !== null && sources.has(imported))
    expect(named.length).toBeGreaterThan(2_000)
    expect(read.length).toBe(named.length)
  })

  const exported =
    /^export (?:declare )?(?:abstract )?(?:async )?(?:function\*?|const|class|interface|type|enum) (\w+)/gm

  it('gives each exported name one meaning', () => {
    const files = new Map<string, Set<string>>()
    for (const [path, text] of sources) {
      for (const [, name = ''] of text.matchAll(exported)) files.set(name, (files.get(name) ?? new Set()).add(path))
    }
    expect(files.size).toBeGreaterThan(800)
    expect([...files].filter(([, paths]) => paths.size > 1).map(([name, paths]) => [name, ...paths])).toEqual([])
  })

  it('exports what others use, and nothing else', () => {
    const readers = new Map<string, number>()
    for (const text of ['src', 'test', 'bench'].flatMap((folder) => [...readSources(folder).values()])) {
      for (const name of new Set(text.match(/\w+/g))) readers.set(name, (readers.get(name) ?? 0) + 1)
    }
    const unused = [...sources].flatMap(([path, text]) =>
      [...text.matchAll(exported)].flatMap(([, name = '']) => (readers.get(name) === 1 ? [`${path} ${name}`] : [])),
    )
    expect(unused).toEqual([])
  })

  it('knows only layers and roots that exist', () => {
    const paths = [...sources.keys()]
    const found = new Set(paths.filter((path) => topOf(path) === 'core').map(layerOf))
    expect(layers.filter((layer) => !found.has(layer))).toEqual([])
    expect([...roots, ...settings].filter((file) => !sources.has(file))).toEqual([])
  })

  it('has each command imported by a test, which `vitest --changed` therefore finds', () => {
    const folder = join(import.meta.dirname, 'commands')
    const tests = readdirSync(folder).map((file) => readFileSync(join(folder, file), 'utf8'))
    const commands = [...sources.keys()].filter((path) => topOf(path) === 'commands')
    expect(commands.filter((path) => !tests.some((text) => text.includes(`import '../../src/${path}'`)))).toEqual([])
  })

  const downwards = 'layers of core import downwards only'
  const onlyCore = 'core imports only core, zod and node:crypto'
  const apart = 'a folder imports only core and itself; only roots put folders together'
  it.each([
    [
      'core/ports/clock.ts',
      "import { insertDue } from '../schedule/run/occurrences.ts'",
      `${downwards}: schedule/run is above ports`,
    ],
    ['core/sql/lexer.ts', "import type { Deps } from '../deps.ts'", `${downwards}: deps.ts is above sql`],
    [
      'core/words.ts',
      "export { insertDue } from './schedule/run/occurrences.ts'",
      `${downwards}: schedule/run is above model`,
    ],
    ['core/runner/own.ts', "type App = import('../app.ts').App", `${downwards}: app.ts is above runner`],
    ['core/runner/own.ts', "import { join } from 'node:path'", onlyCore],
    ['core/runner/own.ts', "import pino from 'pino'", onlyCore],
    ['core/runner/own.ts', "const bolt = await import('@slack/bolt')", onlyCore],
    ['core/runner/own.ts', "import { openLog } from '../../machine/log.ts'", onlyCore],
    ['core/runner/own.ts', "import { readConfig } from '../../config.ts'", onlyCore],
    ['core/runner/own.ts', "import { engineOf } from '../../engines.ts'", onlyCore],
    ['core/new/file.ts', '', 'its folder is no layer of core'],
    ['slack/face.ts', "import { x } from '../workspace/personas.ts'", apart],
    ['commands/etl.ts', "import type { x } from '../duckdb/engine.ts'", apart],
    ['store/database.ts', "const { x } = await import('../redshift/clients.ts')", apart],
    ['terminal/session.ts', "import '../machine/log.ts'", apart],
    ['sample/index.ts', "import { z } from '../redshift/settings.ts'", apart],
    ['slack/present/answer.ts', "import { x } from '../../slack-backend.ts'", 'only roots import slack-backend.ts'],
    ['workspace/personas.ts', "import { x } from '../local-people.ts'", 'only roots import local-people.ts'],
    ['terminal/session.ts', "import { x } from '../terminal-slack.ts'", 'only roots import terminal-slack.ts'],
    ['duckdb/index.ts', "import { x } from '../engines.ts'", 'only roots import engines.ts'],
    ['machine/log.ts', "import { x } from '../config.ts'", 'only roots import config.ts'],
    ['machine/log.ts', 'await import(name)', 'only roots work out the name of a module while the program runs'],
    ['machine/log.ts', "import { x } from '../../test/support/core.ts'", 'an import stays within src'],
    [
      'config.ts',
      "import { x } from './machine/log.ts'",
      'config.ts imports only core and the settings of the folders',
    ],
    ['config.ts', "import { x } from './compose.ts'", 'config.ts imports only core and the settings of the folders'],
    ['wiring.ts', "import { x } from './duckdb/engine.ts'", 'a file beside the folders of src is a root'],
  ])('refuses in %s: %s', (path, line, rule) => {
    const planted = violations(new Map([...sources, [path, `${line}\n`]]))
    expect(planted).toContainEqual(expect.stringMatching(new RegExp(`^${path.replaceAll('.', '\\.')}.*: ${rule}$`)))
  })

  it('names the cycle that a planted import closes', () => {
    const planted = new Map([...sources, ['core/ports/clock.ts', "import type { Deps } from '../deps.ts'\n"]])
    expect(cyclesOf(planted)).toContain('core/ports/clock.ts -> core/deps.ts: ports and deps.ts import each other')
  })
})

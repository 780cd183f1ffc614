import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '..')
const architecture = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8')
const contributing = readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8')

/** An entry of the tree of folders and files: its path from the root of the repository, and what is said of it. */
interface Entry {
  readonly path: string
  readonly about: string
}

/** The tree under "The house", an entry for each name; two spaces indent what is in a folder. */
function entriesOf(text: string): readonly Entry[] {
  const tree = /## The house\n+```\n([\s\S]*?)```/.exec(text)?.[1] ?? ''
  const above: string[] = []
  return tree.split('\n').flatMap((line) => {
    const [, indent, names, about = ''] = /^( *)((?:[\w./-]+, )*[\w./-]+)(?: +(.*))?$/.exec(line) ?? []
    if (indent === undefined || names === undefined) return []
    above.length = indent.length / 2
    const entries = names.split(', ').map((name) => ({ path: posix.join(...above, name), about }))
    above.push(names)
    return entries
  })
}

/** The words in a text that name a file or a folder of the repository: with a slash inside or behind, or with the ending of a source file. */
function pathsIn(text: string): readonly string[] {
  return text
    .split(/[\s()`,;:]+/)
    .filter((word) => /^[\w.-]+\/(?:[\w.-]+\/?)*$|^[\w-][\w.-]*\.(?:[cm]?[jt]sx?|json|md)$/.test(word))
    .map((word) => word.replace(/\.$/, ''))
}

/** What stands between backticks, without the blocks of code. */
function codeIn(text: string): readonly string[] {
  return [...text.replaceAll(/```[\s\S]*?```/g, '').matchAll(/`([^`]+)`/g)].map(([, code]) => code ?? '')
}

function isThere(path: string): boolean {
  return existsSync(join(root, path))
}

describe('a message that README explains', () => {
  it('is one that the program still writes', () => {
    const table =
      /\| what you see \|[^\n]*\n([\s\S]*?)\n\n/.exec(readFileSync(join(root, 'README.md'), 'utf8'))?.[1] ?? ''
    const quoted = table.split('\n').flatMap((row) => codeIn(row.split(' | ')[0] ?? ''))
    const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => readFileSync(join(root, 'src', name), 'utf8'))
      .join('\n')
    // Plurals and names of channels are put together when the message is written.
    const parts = quoted.map((text) => text.replace(/ #.*$/, '')).filter((text) => !/^checks? red$/.test(text))
    expect(parts.length).toBeGreaterThan(6)
    expect(parts.filter((text) => !sources.includes(text))).toEqual([])
  })
})

describe('a file or folder that the documents name', () => {
  it('exists, where it stands in the tree', () => {
    const entries = entriesOf(architecture)
    expect(entries.length).toBeGreaterThan(40)
    expect(entries.map(({ path }) => path).filter((path) => !isThere(path))).toEqual([])
  })

  it('exists, where an entry of the tree speaks of it', () => {
    const missing = entriesOf(architecture).flatMap(({ path, about }) =>
      pathsIn(about).filter((name) => ![path, posix.dirname(path), '.'].some((at) => isThere(posix.join(at, name)))),
    )
    expect(missing).toEqual([])
  })

  it.each([
    ['ARCHITECTURE.md', architecture],
    ['CONTRIBUTING.md', contributing],
  ])('exists, where %s names it', (_name, text) => {
    const linked = [...text.matchAll(/\]\(([^)#:]+)\)/g)].map(([, path]) => path ?? '')
    const named = [...codeIn(text).flatMap(pathsIn), ...linked]
    expect(named.length).toBeGreaterThan(1)
    expect(named.filter((path) => !isThere(path) && !isThere(posix.join('src', path)))).toEqual([])
  })

  it('is each file and folder in src, and each folder in core', () => {
    const inSrc = readdirSync(join(root, 'src')).map((name) => `src/${name}`)
    const inCore = readdirSync(join(root, 'src/core'), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => `src/core/${name}`)
    const entries = entriesOf(architecture).map(({ path }) => path.replace(/\/$/, ''))
    const named = new Set(entries)
    expect([...inSrc, ...inCore].filter((path) => !named.has(path))).toEqual([])
  })
})

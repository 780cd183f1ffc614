import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '../..')

/** The names of all commands: those of the files in `src/commands/`, and of the queries. */
const names = ['src/commands', 'sql/analytics']
  .flatMap((folder) => readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }))
  .filter((file) => /\.(?:ts|sql)$/.test(file))
  .map((file) => file.replace(/\.(?:ts|sql)$/, '').replaceAll('/', '-'))

/** Names that are words with other meanings as well: kinds of messages and of watches, options of schedules, headers of queries. */
const words = new Set([
  'alert',
  'coverage',
  'freshness',
  'home',
  'note',
  'notes',
  'pause',
  'resume',
  'result',
  'schedule',
  'share',
  'status',
])

/** The words of a button, a folder of files, and a header of queries. */
const allowed = ["labelOf('doctor'", "within('etl'", '/^share (\\w+) of (\\w+)$/.exec']

const [all, alone] = [names, names.filter((name) => !words.has(name))].map((some) => some.join('|'))
const choices = [
  // A command's name compared, or a command looked up by it.
  new RegExp(`(?:\\b(?:command|name) [=!]== |\\bcommand: |\\.(?:find|named|read|request)\\()'(?:${all})'`, 'g'),
  // Any other comparison, a case, an element of a set or an argument that picks one.
  new RegExp(`(?:[=!]== |case |[[(,] ?)'(?:${alone})'`, 'g'),
  // A pattern that matches one.
  new RegExp(`/\\^?(?:\\(\\?:)?(?:${all})\\b[^/\\n]*/[a-z]*\\.(?:test|exec)`, 'g'),
  new RegExp(`\\.(?:startsWith|includes|endsWith)\\('(?:${all})\\b`, 'g'),
]

/** Where a source chooses by the name of a command. */
function chosenIn(path: string, text: string): readonly string[] {
  const code = text.replaceAll(/^\s*(?:\/\/|\/?\*).*$/gm, '').replaceAll(/import .* from .*$/gm, '')
  return choices
    .flatMap((choice) => [...code.matchAll(choice)])
    .map(({ 0: found, index }) => code.slice(Math.max(0, index - 20), index + found.length).trim())
    .filter((found) => !allowed.some((one) => found.endsWith(one)))
    .map((found) => `${path}: ${found}`)
}

describe('core', () => {
  const core = join(root, 'src/core')
  const files = readdirSync(core, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))

  it('knows no command by its name: it asks what commands declare', () => {
    expect(files.flatMap((file) => chosenIn(file, readFileSync(join(core, file), 'utf8')))).toEqual([])
  })

  it.each([
    "if (command.name === 'etl') return",
    "case 'tear-down':",
    "await runs.list({ command: 'extend', limit: 1 })",
    "const wakers = ['spin-up', 'resume']",
    "catalog.find('top-songs')",
    "session.catalog.request('pause')",
    "commands.find(({ name }) => name === 'schedule-run')",
    'const never = /^(?:schedule|run-again)$/.test(name)',
    "next.find(({ line }) => line.startsWith('spin-up '))",
  ])('is caught with %s', (line) => {
    expect(chosenIn('planted.ts', line)).not.toEqual([])
  })

  it('may suggest a command: a button is a line that somebody presses', () => {
    expect(chosenIn('planted.ts', "next: [{ label: 'Load', line: 'etl' }], fixCommand: 'status'")).toEqual([])
  })
})

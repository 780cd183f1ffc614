import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '../..')

/** The names of all commands: those of the files in `src/commands/`, and of the queries. */
const names = ['src/commands', 'sql/analytics']
  .flatMap((folder) => readdirSync(join(root, folder)))
  .map((file) => file.replace(/\.(?:ts|sql)$/, ''))

/** Words that are the name of a command too, and mean something else there. */
const others: readonly (readonly [file: string, code: string])[] = [
  ['schedule/fire/awake.ts', "whenPaused === 'resume'"],
  ['schedule/fire/heir.ts', "whenPaused === 'resume'"],
  ['schedule/make/lines.ts', "whenPaused === 'resume'"],
  ['schedule/make/options.ts', "'wait', 'resume'"],
  ['warehouse/lease.ts', "case 'pause'"],
  // The folder of transforms, and a line of a header.
  ['sql/library.ts', "within('etl'"],
  ['sql/parse-query.ts', "one('coverage'"],
  ['sql/parse-query.ts', "QueryFile['coverage'"],
  // The words of a button.
  ['dispatch/execute.ts', "labelOf('doctor'"],
  ['schedule/fire/condition.ts', "answer.run?.command === 'result'"],
  ['schedule/report/failure-words.ts', '/^etl max-errors=(\\d+)$/.exec'],
  ['schedule/report/failure-words.ts', "!line.startsWith('run-again"],
]

const alone = names.join('|')
const choices = [
  // A comparison, a case, an element of a set or an argument that picks a command.
  new RegExp(`(?:[=!]== |case |[[(,] ?|\\bcommand: )'(?:${alone})'`, 'g'),
  // A pattern that matches one.
  new RegExp(`/\\^?(?:\\(\\?:)?(?:${alone})\\b[^/\\n]*/[a-z]*\\.(?:test|exec)`, 'g'),
  new RegExp(`\\.(?:startsWith|includes|endsWith)\\('(?:${alone})\\b`, 'g'),
]

/** Where a source chooses by the name of a command. */
function chosenIn(path: string, text: string): readonly string[] {
  const code = text.replaceAll(/^\s*(?:\/\/|\/?\*).*$/gm, '').replaceAll(/import .* from .*$/gm, '')
  const allowed = others.flatMap(([file, words]) => (file === path ? [words] : []))
  return choices
    .flatMap((choice) => [...code.matchAll(choice)])
    .map(({ 0: found, index }) => code.slice(Math.max(0, index - 20), index + found.length).trim())
    .filter((found) => !allowed.some((words) => found.endsWith(words)))
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
    'const never = /^(?:schedule|run-again)$/.test(name)',
    "next.find(({ line }) => !line.startsWith('run-again '))",
  ])('is caught with %s', (line) => {
    expect(chosenIn('planted.ts', line)).not.toEqual([])
  })

  it('may suggest a command: a button is a line that somebody presses', () => {
    expect(chosenIn('planted.ts', "next: [{ label: 'Load', line: 'etl' }], cure: 'status'")).toEqual([])
  })
})

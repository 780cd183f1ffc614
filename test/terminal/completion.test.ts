import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { readCommands } from '../../src/commands.ts'
import { commandOfQuery } from '../../src/core/answers/query-command.ts'
import { readLibrary } from '../../src/library.ts'
import { bashCompletion } from '../../src/terminal/completion.ts'

const { queries } = await readLibrary(new URL('../../sql/', import.meta.url))
const script = bashCompletion([...(await readCommands()), ...queries.map(commandOfQuery)])

/** What bash offers at the end of these words, which it splits at `=` as it does while somebody types. */
function offered(...words: readonly string[]): readonly string[] {
  const lines = [
    script,
    `COMP_WORDS=(sparkify ${words.map((word) => `'${word}'`).join(' ')})`,
    `COMP_CWORD=${words.length}`,
    '_sparkify',
    `printf '%s\\n' "\${COMPREPLY[@]}"`,
  ]
  const { status, stdout, stderr } = spawnSync('bash', ['-c', lines.join('\n')], { encoding: 'utf8' })
  expect([status, stderr]).toEqual([0, ''])
  return stdout.split('\n').filter((word) => word !== '')
}

describe('completion in bash', () => {
  it('offers the commands and queries that begin as the first word does', () => {
    expect(offered('top')).toEqual(['top-artists', 'top-songs', 'top-users'])
    expect(offered('help', 'tear')).toEqual(['tear-down'])
    expect(offered('res')).toEqual(['result', 'resume', 'restore'])
    expect(offered('')).toEqual(expect.arrayContaining(['etl', 'qa', 'doctor', 'schedule-add', 'pulse']))
  })

  it("offers a command's parameters, and the words that it takes without a name", () => {
    expect(offered('top-songs', 'la')).toEqual(['last='])
    expect(offered('qa', 'c')).toEqual(['counts', 'checks', 'check='])
    expect(offered('status', 'x')).toEqual([])
    // Words that end a line have no name.
    expect(offered('note', '')).toEqual(['days=', 'text='])
  })

  it('offers the values of a parameter that has a few, before and behind their first letter', () => {
    expect(offered('etl', 'allow-empty', '=')).toEqual(['yes', 'no'])
    expect(offered('etl', 'allow-empty', '=', 'y')).toEqual(['yes'])
  })
})

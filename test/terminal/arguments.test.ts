import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { tokenize } from '../../src/core/command/line.ts'
import { forShell, readTerminalArguments, requireWholeLine } from '../../src/terminal/arguments.ts'

describe('the arguments of a terminal', () => {
  it('parts its own options from the command line, wherever they stand', () => {
    expect(readTerminalArguments(['--json', 'top-songs', '20', '--yes'])).toEqual({
      line: 'top-songs 20',
      json: true,
      yes: true,
      confirm: undefined,
    })
  })

  it('takes the word for a plan in both forms', () => {
    expect(readTerminalArguments(['tear-down', '--confirm', 'sparkify']).confirm).toBe('sparkify')
    expect(readTerminalArguments(['tear-down', '--confirm=sparkify']).confirm).toBe('sparkify')
  })

  it('gives words with spaces the quotes back that the shell took', () => {
    const { line } = readTerminalArguments(['schedule', 'add', 'top songs 10; qa', 'daily', 'at', '03:00'])
    expect(line).toBe('schedule add "top songs 10; qa" daily at 03:00')
    expect(tokenize(line)[2]).toEqual({ kind: 'word', text: 'top songs 10; qa', quoted: true })
  })

  it('takes one word of the shell for a whole line', () => {
    expect(readTerminalArguments(['top songs 20 last=7d']).line).toBe('top songs 20 last=7d')
  })

  it.each([
    `schedule add "top songs 10" daily at 07:00 in #music`,
    'schedule-add lines="etl; qa checks" if=changed>10% channel=<#C0MUSIC|music>',
    `top-songs artist="A$AP; it's \`id\`" level=paid`,
    'result 12 sort="plays & more"',
  ])('are a line again when a shell has read what is shown to be pasted: %s', (line) => {
    const read = execFileSync('sh', ['-c', `printf '%s\\0' ${forShell(line)}`], { encoding: 'utf8' })
    expect(tokenize(readTerminalArguments(read.split('\0').slice(0, -1)).line)).toEqual(tokenize(line))
  })

  it('reads --help as the command', () => {
    expect(readTerminalArguments(['etl', '--help']).line).toBe('help etl')
  })

  it.each(['share 12 in', 'schedule add qa daily at 03:00 in', 'share 12 to'])(
    'reports that the shell has taken a channel for a comment: %s',
    (line) => {
      expect(() => requireWholeLine(readTerminalArguments(line.split(' ')))).toThrow(
        /^The line ends after "(in|to)": a shell takes #… for a comment and leaves it out\. Nothing was done\.$/,
      )
      expect(() => requireWholeLine(readTerminalArguments([...line.split(' '), '#music']))).not.toThrow()
    },
  )
})

import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import type { Answer } from '../../src/core/answer.ts'
import { readTerminalArguments } from '../../src/terminal/arguments.ts'
import { runLine, show } from '../../src/terminal/session.ts'
import { anna, command, createWorld } from '../support/core.ts'

// Escape sequences in both spellings, a title for the window, text that reads backwards, line separators, hidden letters.
const obeyed = '\u001b[31m\u009b2J\u0007\u009d0;title\u009c\u202eevil\u2066x\u2069\u2028\u2029\u200b\u{e0041}\u007f\b\r'
const dangerous = /(?!\n)[\p{Cc}\p{Cf}\u2028\u2029]/u
const content = `song\r\n"a${obeyed}b"\r\n`

const answer: Answer = {
  ok: true,
  exit: 0,
  headline: obeyed,
  title: `T${obeyed}`,
  audience: 'asker',
  run: null,
  replies: [
    { kind: 'file', about: 'Songs', name: 'songs.csv', content },
    { kind: 'text', text: obeyed },
    { kind: 'table', title: obeyed, columns: [`c${obeyed}`], rows: [[obeyed]], total: 1 },
    { kind: 'steps', title: obeyed, steps: [{ title: obeyed, state: 'error', ms: 1, detail: obeyed }] },
    {
      kind: 'chart',
      type: 'bar',
      title: obeyed,
      categories: [obeyed],
      series: [{ name: obeyed, values: [1] }],
      xLabel: 'x',
      yLabel: 'y',
    },
    {
      kind: 'plan',
      id: 'p',
      line: obeyed,
      title: obeyed,
      facts: [obeyed],
      act: obeyed,
      danger: false,
      expires: obeyed,
    },
    { kind: 'failure', code: 'bug', message: obeyed, remedy: obeyed, ask: [obeyed] },
  ],
  next: [{ label: 'Next', line: obeyed }],
}

function shown(json: boolean, isTTY: boolean, colour?: 'always' | 'never'): string {
  const written: string[] = []
  const stream = { isTTY, hasColors: () => isTTY, write: (text: string) => written.push(text) }
  show(answer, json, {
    input: Readable.from([]),
    out: stream,
    err: stream,
    ...(colour === undefined ? {} : { colour }),
  })
  return written.join('')
}

/** The colours that this program uses itself, wherever they come from. */
const colours = new RegExp(`${String.fromCharCode(27)}\\[(?:1|2|22|31|32|33|36|39)m`, 'g')

describe('a plan in a terminal', () => {
  /** What came of a line whose plan is answered with this word. */
  async function answered(said: string, typed?: string): Promise<readonly [status: number, done: boolean]> {
    const world = await createWorld()
    let done = false
    const act = async () => {
      done = true
      return undefined
    }
    const plan = { title: 'Wipe it?', facts: [], act: 'Wipe', danger: true, ...(typed === undefined ? {} : { typed }) }
    const bot = await world.start('one', [command('wipe', act, { plan: async () => plan })])
    const stream = { isTTY: true, hasColors: () => false, write: () => true }
    const streams = { input: Object.assign(Readable.from([`${said}\n`]), { isTTY: true }), out: stream, err: stream }
    const status = await runLine(bot.app, readTerminalArguments(['wipe']), anna, streams)
    return [status, done]
  }

  it.each([
    ['y', undefined, true],
    [' Yes ', undefined, true],
    ['', undefined, false],
    ['n', undefined, false],
    ['yeah', undefined, false],
    ['ok', undefined, false],
    ['sparkify', 'sparkify', true],
    ['Sparkify', 'sparkify', false],
    ['yes', 'sparkify', false],
    ['', 'sparkify', false],
  ])('to which somebody answers %j, where it wants %s, is carried out: %s', async (said, typed, isDone) => {
    expect(await answered(said, typed)).toEqual([isDone ? 0 : 2, isDone])
  })
})

describe('what is shown in a terminal', () => {
  it('holds nothing that a terminal obeys, whatever data and people hold, and keeps its lines', () => {
    for (const colour of [undefined, 'never'] as const) {
      const text = shown(false, true, colour)
      expect(text.replaceAll(colours, '')).not.toMatch(dangerous)
      expect(text).toContain('song\n"a[31m2J0;titleevilx')
    }
  })

  it('is coloured where the terminal has colours, or where colours are asked for, and nowhere else', () => {
    expect(shown(false, true)).toContain('\u001b[31m✗\u001b[39m [31m2J0;titleevilx')
    expect(shown(false, false, 'always')).toContain('\u001b[31m✗\u001b[39m')
    expect(shown(false, true, 'never')).not.toMatch(colours)
    expect(shown(false, false).replace(content.trimEnd(), '')).not.toMatch(colours)
    expect(shown(true, true, 'always')).not.toMatch(colours)
  })

  it('goes into pipes and files with the very bytes of the data', () => {
    expect(shown(false, false)).toContain(content.trimEnd())
  })

  it.each([true, false])(
    'holds nothing that a terminal obeys as JSON either, and says the same (terminal: %s)',
    (isTTY) => {
      const [document = ''] = shown(true, isTTY).split('\n')
      expect(document).not.toMatch(dangerous)
      expect(JSON.parse(document)).toEqual(answer)
    },
  )
})

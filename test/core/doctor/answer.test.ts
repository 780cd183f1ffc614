import { describe, expect, it } from 'vitest'
import { doctorAnswer } from '../../../src/core/doctor/doctor-answer.ts'
import { green, notChecked, type ProbeResult, probe, runProbes } from '../../../src/core/doctor/run-probes.ts'
import { OpsError } from '../../../src/core/errors.ts'
import type { Finding, Probe } from '../../../src/core/ports/probe.ts'

const result = (title: string, state: Finding['state'], remedy = ''): ProbeResult => ({
  title,
  finding: { state, detail: `${title} it is`, remedy },
})
const many = (count: number, state: Finding['state']) =>
  Array.from({ length: count }, (_, n) => result(`${state}${n + 1}`, state))
const answerOf = (results: readonly ProbeResult[], whole = false) => {
  const { headline, replies = [], next = [], ok } = doctorAnswer(results, whole)
  const texts = replies.map((reply) => (reply.kind === 'text' ? `${reply.tone ?? 'plain'}: ${reply.text}` : reply.kind))
  return { headline, texts, next: next.map(({ line }) => line), ok }
}

describe('the answer of doctor', () => {
  it('is one line and the names where all is well', () => {
    expect(answerOf(many(2, 'green'))).toEqual({
      headline: 'All 2 items OK.',
      texts: ['good: All 2 items OK.', 'note: green1 · green2'],
      next: ['doctor all=yes'],
      ok: true,
    })
    expect(answerOf([...many(1, 'green'), result('Live load', 'not-checked')])).toMatchObject({
      headline: '1 item OK, 1 not checked.',
      texts: [
        'good: 1 item OK, 1 not checked.',
        'note: Not checked: Live load (Live load it is)',
        'note: 1 OK: green1',
      ],
      ok: true,
    })
  })

  it('shows what is red before what warns, each with its remedy, and fails for what is red alone', () => {
    const [warn, red] = [result('Disk', 'warn', 'Free some space.'), result('Ledger', 'red', 'Restore it.')]
    expect(answerOf([warn, ...many(3, 'green')])).toEqual({
      headline: '1 warning in 4 items.',
      texts: [
        'warning: 1 warning in 4 items.',
        'warning: Disk: Disk it is\nFree some space.',
        'note: 3 OK: green1 · green2 · green3',
      ],
      next: ['doctor', 'doctor all=yes'],
      ok: true,
    })
    expect(answerOf([warn, red, result('Clock', 'red')])).toMatchObject({
      headline: '2 of 3 failed, 1 warning.',
      texts: [
        'warning: 2 of 3 failed, 1 warning.',
        'plain: ✗ Ledger: Ledger it is\nRestore it.',
        'plain: ✗ Clock: Clock it is',
        'warning: Disk: Disk it is\nFree some space.',
      ],
      ok: false,
    })
    expect(answerOf([red]).headline).toBe('1 of 1 failed.')
  })

  it('has fifteen faults in full and others by name, a hundred of them', () => {
    expect(answerOf(many(15, 'red')).texts).toHaveLength(16)
    const { texts } = answerOf([...many(10, 'warn'), ...many(7, 'red')])
    expect(texts).toHaveLength(17)
    expect(texts.at(-1)).toBe('warning: 2 more: warn9 · warn10')
    const last = (count: number) => answerOf(many(count, 'red')).texts.at(-1)
    expect(last(115)).toMatch(/^warning: 100 more: .* · red115$/)
    expect(last(117)).toMatch(/^warning: 102 more: red16 · .* · red115 · and 2 more$/)
    expect(answerOf(many(16, 'not-checked')).texts.at(-1)).toMatch(
      / · not-checked15 \(not-checked15 it is\) · not-checked16$/,
    )
  })

  it('is a table of everything on demand, in the order of the probes', () => {
    const results = [result('A', 'green'), result('B', 'not-checked'), result('C', 'red', 'Mend it.')]
    const { replies = [], next } = doctorAnswer(results, true)
    expect(replies[0]).toMatchObject({
      rows: [
        ['green', 'A', 'A it is', '–'],
        ['not checked', 'B', 'B it is', '–'],
        ['red', 'C', 'C it is', 'Mend it.'],
      ],
      total: 3,
    })
    expect(replies).toHaveLength(4)
    expect(next).toEqual([{ label: 'Refresh', line: 'doctor' }])
  })
})

describe('probes', () => {
  const never = new AbortController().signal
  const asked: string[] = []
  const one = (id: string, needs: readonly string[], finding: Finding | Error): Probe =>
    probe({ id, title: id.toUpperCase(), needs }, async () => {
      asked.push(id)
      if (finding instanceof Error) throw finding
      return finding
    })
  const red: Finding = { state: 'red', detail: 'down', remedy: 'Start it.' }

  it('are not asked behind one that is red, also not behind another that was not asked, and name the cause', async () => {
    asked.length = 0
    const results = await runProbes(
      [
        one('c', ['b'], green('c')),
        one('b', ['x', 'a'], green('b')),
        one('a', [], red),
        one('d', ['e', 'gone'], green('d')),
        one('e', [], { state: 'warn', detail: 'slow', remedy: '' }),
        one('f', ['g'], green('f')),
        one('g', [], notChecked('nothing there')),
      ],
      never,
    )
    expect(results.map(({ title, finding }) => `${title} ${finding.state} ${finding.detail}`)).toEqual([
      'C not-checked needs A',
      'B not-checked needs A',
      'A red down',
      'D green d',
      'E warn slow',
      'F green f',
      'G not-checked nothing there',
    ])
    expect(asked.toSorted()).toEqual(['a', 'd', 'e', 'f', 'g'])
  })

  it('that throw are red, with the remedy of the error where it has one; so are those that nobody waits for any more', async () => {
    const findings = async (signal: AbortSignal) =>
      (
        await runProbes([one('a', [], new OpsError('slack', 'No.', 'Wait.')), one('b', [], new Error('a bug'))], signal)
      ).map(({ finding }) => finding)
    expect(await findings(never)).toEqual([
      { state: 'red', detail: 'No.', remedy: 'Wait.' },
      { state: 'red', detail: 'a bug', remedy: '' },
    ])
    asked.length = 0
    expect(await findings(AbortSignal.abort(new Error('too late')))).toMatchObject([
      { detail: 'too late' },
      { state: 'red' },
    ])
    expect(asked).toEqual([])
  })
})

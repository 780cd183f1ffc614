import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formOf, readForm } from '../../../src/core/command/form.ts'
import { realCatalog } from '../../support/catalog.ts'

const catalog = await realCatalog()
const command = catalog.find('top-songs')
if (command === undefined) throw new Error('there is no top-songs')

describe('a form', () => {
  it('has a field for each argument, with what the line says already', () => {
    const { fields } = formOf('top songs 20 level=paid', catalog)
    expect(fields.map(({ name, kind, value, fallback }) => [name, kind, value, fallback])).toEqual([
      ['n', 'text', '20', '10'],
      ['level', 'choice', 'paid', 'any'],
      ['by', 'choice', undefined, 'plays'],
      ['matched', 'choice', undefined, 'no'],
      ['last', 'text', undefined, undefined],
      ['since', 'text', undefined, undefined],
      ['until', 'text', undefined, undefined],
      ['compare', 'choice', undefined, undefined],
    ])
    expect(fields[1]?.values).toEqual(['any', 'free', 'paid'])
    expect(formOf('share 12', catalog).fields.map(({ kind }) => kind)).toEqual(['text', 'channel'])
  })

  it('is for lines that can be said', () => {
    expect(() => formOf('tpo songs', catalog)).toThrow('I do not know')
    expect(() => formOf('top songs colour=red', catalog)).toThrow('no parameter')
  })

  it('becomes the line that says it, defaults left out', () => {
    const filled = readForm(
      command,
      { n: ' 20 ', level: 'any', by: 'listeners', last: '7d', since: '', colour: 'red' },
      catalog,
    )
    expect(filled).toEqual({ kind: 'line', line: 'top-songs n=20 by=listeners last=7d' })
  })

  it('says at each field what it takes', () => {
    expect(readForm(command, { n: 'many', last: 'soon', level: 'paid' }, catalog)).toEqual({
      kind: 'faults',
      faults: {
        n: 'Enter a whole number from 1 to 1,000.',
        last: 'Enter 24h, 7d, 4w or whole-day.',
      },
    })
  })

  it('has a field of its kind for a time, a channel, a choice; without those that it leaves out', () => {
    const { fields, act } = formOf('schedule-add lines="top-songs n=20" day=daily time=07:00', catalog)
    expect(act).toBe('Schedule')
    expect(fields.map(({ name, kind, value, required }) => [name, kind, value, required])).toEqual([
      ['lines', 'text', 'top-songs n=20', true],
      ['day', 'choice', 'daily', true],
      ['time', 'time', '07:00', true],
      ['channel', 'channel', undefined, false],
      ['tz', 'zone', undefined, false],
      ['if', 'choice', undefined, false],
    ])
    expect(fields.find(({ name }) => name === 'tz')?.fallback).toBe('that of your profile')
    const known = formOf('schedule-add', catalog, 'America/New_York').fields
    expect(known.find(({ name }) => name === 'tz')?.value).toBe('America/New_York')
    expect(known.map(({ label }) => label)).toContain('Commands')
    const given = formOf('schedule-add tz=Europe/London', catalog, 'America/New_York').fields
    expect(given.find(({ name }) => name === 'tz')?.value).toBe('Europe/London')
  })

  it('of a schedule becomes its line, or says at each field what is wrong with it', () => {
    const add = catalog.find('schedule-add')
    if (add === undefined) throw new Error('there is no schedule-add')
    const right = { lines: 'top songs 20; qa', day: 'every 6h', time: '07:30', channel: 'C024BE91L', if: 'always' }
    expect(readForm(add, right, catalog)).toEqual({
      kind: 'line',
      line: 'schedule-add lines="top songs 20; qa" day="every 6h" time=07:30 channel=C024BE91L',
    })
    const wrong = {
      lines: 'top songs 20; tpo artists',
      day: '',
      time: 'noon',
      channel: '',
      tz: 'Mars/Base',
      if: 'often',
    }
    expect(readForm(add, wrong, catalog)).toEqual({
      kind: 'faults',
      faults: {
        lines:
          'I do not know "tpo artists". Nothing was done. Did you mean top-artists? Type help to see all commands.',
        day: `Enter ${formOf('schedule-add', catalog).fields[1]?.accepts}.`,
        time: 'Enter a time of day like 07:30.',
        tz: 'Enter a time zone like Europe/London.',
        if: 'Enter always, not-empty, changed, changed>10% (or any other figure), checks.',
      },
    })
  })

  it('takes the quotation marks of phone keyboards in a field for plain ones', () => {
    const runs = catalog.find('runs')
    if (runs === undefined) throw new Error('there is no runs')
    const filled = readForm(runs, { who: '“' }, catalog)
    expect(
      filled.kind === 'line' ? formOf(filled.line, catalog).fields.find(({ name }) => name === 'who')?.value : filled,
    ).toBe('"')
  })

  it('never becomes a line that means something else, whatever is typed', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 30 }), (typed) => {
        const share = catalog.find('runs')
        if (share === undefined) throw new Error('there is no runs')
        const filled = readForm(share, { who: typed }, catalog)
        if (filled.kind === 'faults' || typed.trim() === '') return
        expect(catalog.read(filled.line).command.name).toBe('runs')
        expect(formOf(filled.line, catalog).fields.find(({ name }) => name === 'who')?.value).toBeDefined()
      }),
    )
  })
})

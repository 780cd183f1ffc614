import { describe, expect, it } from 'vitest'
import { readCommands } from '../../../src/commands.ts'
import { readLibrary } from '../../../src/library.ts'
import { realCatalog, sqlFolder } from '../../support/catalog.ts'
import { anna, channel, createWorld } from '../../support/core.ts'
import { newRun } from '../../support/run.ts'
import { scheduled } from '../../support/schedule.ts'
import { clusterOf, homeOf, labels } from './support.ts'

describe('with the commands of the real bot', () => {
  it('every button is there for an admin, and says what the bot understands', async () => {
    const world = await createWorld('2026-11-23T12:00:00.000Z')
    const cluster = clusterOf({ facts: [['Price', '$0.54 an hour']] })
    const bot = await world.start('one', await readCommands(), { cluster, library: await readLibrary(sqlFolder) })
    const schedule = scheduled({ place: channel, owner: anna, created: '2026-11-20T12:00:00.000Z' })
    for (let n = 0; n < 8; n++)
      await bot.ledger.schedules.add({ ...schedule, state: { kind: n === 0 ? 'paused' : 'active' } })
    await bot.ledger.runs.open(newRun({ writer: true, worker: bot.id, started: '2026-11-23T11:59:00.000Z' }))
    const entries = (await homeOf(bot, anna)).sections.flatMap((section) => section.entries)
    expect(labels(entries)).toEqual([
      ...['Extend 2 h', 'Pause', 'Cost', 'Details', 'Cancel'],
      ...['Watch it', 'Status', 'Questions', 'Doctor', 'Help'],
      ...Array.from({ length: 6 }, () => ['Run now', 'Pause', 'Remove']).flat(),
      ...['Run now', 'Resume', 'Remove'],
      ...['All schedules', 'Add a schedule…'],
    ])
    const catalog = await realCatalog()
    const buttons = entries.flatMap(({ next }) => next)
    for (const { line } of buttons) expect(() => catalog.read(line)).not.toThrow()
    // What needs no argument is also understood when its label is typed.
    for (const { label, line } of buttons.filter(({ line, form }) => !line.includes(' ') && form !== true))
      expect(catalog.read(label).line).toBe(line)
  })
})

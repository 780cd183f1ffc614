import { access, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { runSample } from '../../src/sample/command.ts'

describe('npm run sample', () => {
  let folder: string
  let out: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sample-command-'))
    out = join(folder, 'out')
  })
  afterEach(() => rm(folder, { recursive: true }))

  async function run(...args: readonly string[]) {
    const said = { out: '', err: '' }
    const status = await runSample(args, {
      out: (text) => {
        said.out += text
      },
      err: (text) => {
        said.err += text
      },
    })
    return { status, ...said }
  }

  it('says in one line what it wrote and how long that took, and the next time that it is there', async () => {
    const args = ['--events', '1000', '--songs', '10', '--days', '3', '--seed', '5', '--out', out]
    const first = await run(...args)
    expect(first).toMatchObject({ status: 0, err: '' })
    expect(first.out).toMatch(/^✓ 1,000 events on 3 days and 10 songs in .+\/out, \d+\.\d s\n$/)
    const second = await run(...args)
    expect(second).toMatchObject({ status: 0, err: '' })
    expect(second.out).toMatch(/10 songs in .+\/out, already there\n$/)
  })

  it.each([
    [['--events', 'many'], '--events must be a whole number from 1 to 1,000,000,000, not "many".'],
    [['--events', '1e6'], '--events must be a whole number from 1 to 1,000,000,000, not "1e6".'],
    [['--events=-5'], '--events must be a whole number from 1 to 1,000,000,000, not "-5".'],
    [['--events', '29'], '--events must be at least as many as there are days, so that no day is empty, not "29".'],
    [['--days', '0'], '--days must be a whole number from 1 to 3,660, not "0".'],
    [['--seed', '4294967296'], '--seed must be a whole number from 0 to 4,294,967,295, not "4294967296".'],
    [['--songs', '', '--days', 'x'], '--songs must be a whole number from 1 to 1,000,000, not ""; --days must be'],
    [['--start', '2018-02-30'], '--start must be a date such as 2018-11-01, not "2018-02-30".'],
    [['--event', '5'], "Unknown option '--event'."],
    [['--events'], "Option '--events <value>' argument missing."],
    [['somewhere'], "Unexpected argument 'somewhere'."],
  ])('ends with 2 on %j, naming what is wrong, and writes nothing', async (args, message) => {
    const { status, out: said, err } = await run('--out', out, ...args)
    expect(err).toContain(`✗ ${message}`)
    expect({ status, said }).toEqual({ status: 2, said: '' })
    await expect(access(out)).rejects.toThrow('ENOENT')
  })

  it('ends with 2 without --out, and shows how it is used', async () => {
    for (const args of [[], ['--out', '']]) {
      const { status, err } = await run(...args)
      expect(status).toBe(2)
      expect(err).toMatch(/^✗ --out is missing\.\nnpm run sample -- --out DIR /)
    }
  })

  it('ends with 1 when the sample cannot be written', async () => {
    await writeFile(out, 'a file')
    const { status, err } = await run('--out', out)
    expect(status).toBe(1)
    expect(err).toContain('could not be written')
  })

  it('explains itself on --help', async () => {
    const { status, out: said } = await run('--help')
    expect(status).toBe(0)
    expect(said).toContain('Defaults: --events 10000 --songs 500 --days 30 --seed 1 --start 2018-11-01')
  })
})

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { z } from 'zod'
import { firstSample, generateSample } from '../../src/sample/index.ts'
import { pages } from '../../src/sample/session.ts'
import { type DataFile, eventSchema, fieldsOf, filesBelow, linesOf } from './reading.ts'

describe('the log of the first sample', () => {
  let folder: string
  let files: readonly DataFile[]
  let lines: readonly string[]
  let events: readonly z.output<typeof eventSchema>[]

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sample-log-'))
    await generateSample(firstSample, join(folder, 'out'))
    files = await filesBelow(join(folder, 'out', 'log_data'))
    lines = files.flatMap(linesOf)
    events = lines.map((line) => eventSchema.parse(JSON.parse(line)))
  })
  afterAll(() => rm(folder, { recursive: true }))

  const plays = () => events.filter(({ page }) => page === 'NextSong')
  const inGroups = <K>(key: (event: (typeof events)[number]) => K) => {
    const groups = new Map<K, (typeof events)[number][]>()
    for (const event of events) groups.set(key(event), [...(groups.get(key(event)) ?? []), event])
    return groups
  }

  it('has exactly the events asked for, some of them with names that are twice encoded', () => {
    expect(events).toHaveLength(4_000)
    expect(plays().filter(({ artist, song }) => /[^ -~]/.test(`${artist}${song}`)).length).toBeGreaterThan(20)
  })

  it('has a file for each UTC day, named after it, with that day alone in order of time', () => {
    expect(files.map(({ path }) => path)).toEqual(
      Array.from({ length: 14 }, (_, day) => `2018/11/2018-11-${String(day + 1).padStart(2, '0')}-events.json`),
    )
    for (const file of files) {
      const times = linesOf(file).map((line) => eventSchema.parse(JSON.parse(line)).ts)
      expect(times).toEqual([...times].sort((a, b) => a - b))
      expect(new Set(times.map((ts) => new Date(ts).toISOString().slice(0, 10)))).toEqual(
        new Set([file.path.slice(8, 18)]),
      )
    }
  })

  it('is ASCII, ends without a newline, has its fields in the order of the real log, and a few blank lines', () => {
    const text = files.map((file) => file.text).join('')
    expect(text).toMatch(/^[\n -~]*$/)
    expect(files.filter((file) => file.text.endsWith('\n'))).toEqual([])
    expect(new Set(lines.map(fieldsOf)).size).toBe(1)
    expect(text.match(/\n\n/g)?.length).toBeGreaterThanOrEqual(2)
    expect(files[0]?.text.split('\n').slice(0, 4).map(Boolean)).toEqual([true, false, true, true])
    expect(text).toMatch(/"registration":\d{13}\.0,/)
  })

  it('counts items up from 0 in each session, and has every (user, session, item) once', () => {
    for (const session of inGroups(({ sessionId }) => sessionId).values()) {
      expect(session.map(({ itemInSession }) => itemInSession)).toEqual(session.map((_, index) => index))
      expect(new Set(session.map(({ userId }) => userId).filter((id) => id !== '')).size).toBeLessThanOrEqual(1)
    }
  })

  it('has every page, mostly plays, some logged out, a few of them 404', () => {
    expect(new Set(events.map(({ page }) => page))).toEqual(new Set(Object.keys(pages)))
    expect(plays().length / events.length).toBeGreaterThan(0.75)
    expect(plays().length / events.length).toBeLessThan(0.9)
    const loggedOut = events.filter(({ userId }) => userId === '').length / events.length
    expect(loggedOut).toBeGreaterThan(0.02)
    expect(loggedOut).toBeLessThan(0.08)
    expect(events.some(({ status }) => status === 404)).toBe(true)
  })

  it('changes a level only after Submit Upgrade or Submit Downgrade, and never within the same moment', () => {
    let changes = 0
    for (const [userId, own] of inGroups(({ userId }) => userId)) {
      if (userId === '') continue
      for (const [index, event] of own.entries()) {
        const before = own[index - 1]
        if (before === undefined || before.level === event.level) continue
        changes += 1
        expect(before.page).toBe(event.level === 'paid' ? 'Submit Upgrade' : 'Submit Downgrade')
        expect(event.ts).toBeGreaterThan(before.ts)
      }
    }
    expect(changes).toBeGreaterThanOrEqual(2)
  })

  it('has a user for nobody between Logout and Login, and plays no song before the one before is over', () => {
    let over = 0
    let followed = 0
    for (const session of inGroups(({ sessionId }) => sessionId).values()) {
      for (const [index, event] of session.entries()) {
        const before = session[index - 1]
        if (before?.page === 'Logout') expect(event.userId).toBe('')
        if (before?.page === 'NextSong' && event.page === 'NextSong') {
          followed += 1
          if (event.ts - before.ts >= Math.floor(before.length ?? 0) * 1000) over += 1
        }
      }
    }
    // The last songs of the log are cut by its end.
    expect(over / followed).toBeGreaterThan(0.95)
  })

  it('keeps sessions of one listener half an hour apart and the events of one session closer', () => {
    for (const [userId, own] of inGroups(({ userId }) => userId)) {
      if (userId === '') continue
      const gaps = own.flatMap((event, index) => {
        const before = own[index - 1]
        return before === undefined ? [] : [{ ms: event.ts - before.ts, same: event.sessionId === before.sessionId }]
      })
      expect(gaps.filter(({ ms, same }) => !same && ms <= 1_800_000)).toEqual([])
    }
    for (const session of inGroups(({ sessionId }) => sessionId).values()) {
      const gaps = session.map((event, index) => event.ts - (session[index - 1] ?? event).ts)
      expect(Math.max(...gaps)).toBeLessThan(1_800_000)
    }
  })

  it('has many free listeners with few plays and few paying ones with most of them, all registered before', () => {
    const paid = plays().filter(({ level }) => level === 'paid')
    const listeners = (of: typeof events) => new Set(of.map(({ userId }) => userId)).size
    expect(paid.length / plays().length).toBeGreaterThan(0.65)
    expect(listeners(paid) / listeners(plays())).toBeLessThan(0.4)
    expect(events.every(({ registration }) => (registration ?? 0) < Date.parse('2018-11-01'))).toBe(true)
  })

  it('has a long tail: four songs in five are played once, the first one far more often', () => {
    const times = new Map<string, number>()
    for (const { song, artist } of plays()) times.set(`${song} ${artist}`, (times.get(`${song} ${artist}`) ?? 0) + 1)
    const counts = [...times.values()]
    expect(counts.filter((count) => count === 1).length / counts.length).toBeGreaterThan(0.75)
    expect(Math.max(...counts)).toBeGreaterThan(10)
  })

  it('peaks in the American daytime', () => {
    const at = (hour: number) => events.filter(({ ts }) => new Date(ts).getUTCHours() === hour).length
    expect(at(16) + at(17) + at(18)).toBeGreaterThan(2 * (at(3) + at(4) + at(5)))
  })

  it('has user agents inside stray quotes, and others', () => {
    const agents = [...new Set(events.flatMap(({ userAgent }) => userAgent ?? []))]
    expect(agents.some((agent) => agent.startsWith('"') && agent.endsWith('"'))).toBe(true)
    expect(agents.some((agent) => agent.startsWith('Mozilla'))).toBe(true)
  })
})

import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { EventKeys } from '../../src/core/unreadable.ts'
import { logLine, never, openEngine, songLine, temporaryFolder, writeFiles } from './support.ts'

const event = (sessionId: number | null) => ({ userId: '8', sessionId, itemInSession: 1, ts: 1_541_121_934_796 })
const line = (sessionId: number | null): string => logLine(event(sessionId))
/** The same record over several lines: its file is not one object a line. */
const spread = (sessionId: number): string => JSON.stringify(JSON.parse(line(sessionId)), null, 1)

it('an event is found at the first place that has its keys, in whichever files', async () => {
  const folder = await temporaryFolder()
  const [logData, songData] = [join(folder, 'log_data'), join(folder, 'song_data')]
  await writeFiles(logData, {
    'b.json': [line(1), '', line(2), line(2), line(null)].join('\n'),
    'c.json': [line(2), line(1), line(3)].join('\n'),
    'd.json': `${spread(3)}\n${line(1)} ${line(4)}`,
    'a.json': `${spread(5)}\n${spread(1)}`,
    'e.json': [line(5), line(6), line(6)].join('\n'),
  })
  await writeFiles(songData, { 'a.json': songLine() })
  const engine = await openEngine({ folder: join(folder, 'loads'), logData, songData })
  const sources = await engine.sources(never)
  const found = async (sessionid: number | null) => {
    const { userId: userid, itemInSession: iteminsession, ts } = event(sessionid)
    const keys: EventKeys = { userid, sessionid, iteminsession, ts }
    const place = await engine.locate(sources, keys, never)
    return place?.kind === 'record' ? [place.file, place.line, place.record] : place
  }
  const lines = spread(5).split('\n').length
  expect(await found(1)).toEqual(['a.json', lines + 1, 1])
  expect(await found(2)).toEqual(['b.json', 3, 1])
  expect(await found(null)).toEqual(['b.json', 5, 1])
  expect(await found(3)).toEqual(['c.json', 3, 1])
  expect(await found(4)).toEqual(['d.json', lines + 1, 2])
  expect(await found(5)).toEqual(['a.json', 1, 1])
  expect(await found(6)).toEqual(['e.json', 2, 1])
  expect(await found(7)).toBeNull()
})

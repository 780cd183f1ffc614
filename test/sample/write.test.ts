import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { logLine, songDocument, songPath, twiceEncoded, writeLog } from '../../src/sample/write.ts'
import { filesBelow, linesOf } from './reading.ts'

describe('twiceEncoded', () => {
  it('spoils names the way the public log has them', () => {
    expect(twiceEncoded('Björk')).toBe('Bj\u00c3\u0083\u00c2\u00b6rk')
    expect(twiceEncoded('Harbour Lights')).toBe('Harbour Lights')
  })

  it('can be undone by decoding twice', () => {
    const once = (text: string) => Buffer.from(text, 'latin1').toString('utf8')
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(once(once(twiceEncoded(text)))).toBe(text)
      }),
    )
  })
})

describe('logLine', () => {
  it('writes a play in the order, with the escapes and the fractions of the real log', () => {
    const line = logLine({
      at: 1541106106796,
      page: 'NextSong',
      level: 'free',
      session: 139,
      item: 1,
      listener: {
        id: 8,
        firstName: 'Thea',
        lastName: 'Larkwell',
        gender: 'F',
        location: 'Cedar Rapids, IA',
        userAgent: '"Mozilla/5.0 (X11)"',
        registration: 1540344794796,
        level: 'free',
        freeFrom: 0,
      },
      track: { title: 'Tide / Étude', artist: 'The Quiet Cartographers', length: 240 },
    })
    expect(line).toBe(
      `{"artist":"The Quiet Cartographers","auth":"Logged In","firstName":"Thea","gender":"F","itemInSession":1,` +
        `"lastName":"Larkwell","length":240.0,"level":"free","location":"Cedar Rapids, IA","method":"PUT",` +
        `"page":"NextSong","registration":1540344794796.0,"sessionId":139,` +
        String.raw`"song":"Tide \/ \u00c3\u0083\u00c2\u0089tude","status":200,"ts":1541106106796,` +
        String.raw`"userAgent":"\"Mozilla\/5.0 (X11)\"","userId":"8"}`,
    )
  })

  it('knows nothing of who is logged out', () => {
    const nobody = {
      listener: undefined,
      track: undefined,
      level: 'paid',
      session: 52,
      item: 0,
      at: 1541207073796,
    } as const
    expect(logLine({ ...nobody, page: 'Login' })).toBe(
      '{"artist":null,"auth":"Logged Out","firstName":null,"gender":null,"itemInSession":0,"lastName":null,"length":null,' +
        '"level":"paid","location":null,"method":"PUT","page":"Login","registration":null,"sessionId":52,"song":null,' +
        '"status":307,"ts":1541207073796,"userAgent":null,"userId":""}',
    )
  })
})

describe('writeLog', () => {
  it('begins the file of a day with an event at its midnight', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sample-write-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    const midnight = Date.parse('2018-11-02')
    const seen = { page: 'Home', level: 'free', session: 1, listener: undefined, track: undefined } as const
    const times = [midnight - 1, midnight, midnight + 1]
    await writeLog(
      folder,
      times.map((at, item) => ({ ...seen, at, item })),
    )
    const files = await filesBelow(join(folder, 'log_data'))
    expect(files.map((file) => [file.path, linesOf(file).length])).toEqual([
      ['2018/11/2018-11-01-events.json', 1],
      ['2018/11/2018-11-02-events.json', 2],
    ])
  })
})

describe('songDocument and songPath', () => {
  const song = {
    trackId: 'TRABBJE12903CDB442',
    songId: 'SOMZWCG12A8C13C480',
    title: 'Rêverie',
    artistId: 'ARD7TVE1187B99BFB1',
    artistName: 'Open "Window" Trio',
    location: '',
    latitude: null,
    longitude: null,
    duration: 218.93179,
    year: 0,
  }

  it('write a file of the catalogue as the Million Song Dataset has it, names in proper UTF-8', () => {
    expect(songDocument(song)).toBe(
      '{"num_songs": 1, "artist_id": "ARD7TVE1187B99BFB1", "artist_latitude": null, "artist_longitude": null, ' +
        String.raw`"artist_location": "", "artist_name": "Open \"Window\" Trio", "song_id": "SOMZWCG12A8C13C480", ` +
        String.raw`"title": "R\u00eaverie", "duration": 218.93179, "year": 0}`,
    )
  })

  it('put it in the folders of the third, fourth and fifth letter', () => {
    expect(songPath(song)).toBe('A/B/B/TRABBJE12903CDB442.json')
  })
})

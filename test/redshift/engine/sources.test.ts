import { describe, expect, it } from 'vitest'
import type { ObjectStore } from '../../../src/core/ports/objects.ts'
import { checkSources, listObjects } from '../../../src/redshift/engine/source-objects.ts'
import { never } from './support.ts'

const good = { logData: 's3://udacity-dend/log_data', songData: 's3://udacity-dend/song_data/A', jsonPaths: null }

describe('checkSources', () => {
  it('takes prefixes in S3', () => {
    expect(() => checkSources(good)).not.toThrow()
    expect(() => checkSources({ ...good, jsonPaths: 's3://udacity-dend/log_json_path.json' })).not.toThrow()
  })

  it.each([
    '/var/data/log_data',
    's3://udacity-dend',
    's3://Udacity/log_data',
    'https://udacity-dend.s3.amazonaws.com/log_data',
    's3://udacity-dend/log\\data',
    's3://udacity-dend/log\ndata',
  ])('refuses %j', (place) => {
    expect(() => checkSources({ ...good, logData: place })).toThrow(expect.objectContaining({ code: 'bad_config' }))
    expect(() => checkSources({ ...good, songData: place })).toThrow(expect.objectContaining({ code: 'bad_config' }))
  })

  it('refuses a JSONPaths file that would be loaded as data', () => {
    const below = { ...good, jsonPaths: 's3://udacity-dend/log_data/paths.json' }
    expect(() => checkSources(below)).toThrow(expect.objectContaining({ code: 'bad_config' }))
  })
})

describe('listObjects', () => {
  it('leaves out what only shows a folder, and nothing that COPY reads', async () => {
    const found = [
      { key: 'log_data/', bytes: 0, etag: '"0"' },
      { key: 'log_data/a.json', bytes: 9, etag: '"1"' },
      { key: 'log_data/b/', bytes: 9, etag: '"2"' },
      { key: 'log_data/empty.json', bytes: 0, etag: '"3"' },
    ]
    const store: Pick<ObjectStore, 'list'> = { list: async () => found }
    const { files } = await listObjects(store, good.logData, () => true, never)
    expect(files.map(({ path }) => path)).toEqual([
      's3://udacity-dend/log_data/a.json',
      's3://udacity-dend/log_data/b/',
      's3://udacity-dend/log_data/empty.json',
    ])
  })
})

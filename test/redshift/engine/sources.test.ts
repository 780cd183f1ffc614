import { describe, expect, it } from 'vitest'
import { checkSources } from '../../../src/redshift/engine/copy.ts'

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

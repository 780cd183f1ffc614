import { describe, expect, it } from 'vitest'
import { readingPolicy } from '../../../src/redshift/cluster/policies.ts'
import { evaluate } from '../../support/aws/iam/evaluate.ts'
import { parsePolicy } from '../../support/aws/iam/policy.ts'

const places = {
  logData: 's3://udacity-dend/log_data/2018/11/',
  songData: 's3://catalogue/song_data',
  jsonPaths: 's3://udacity-dend/log_json_path.json',
  copyTo: null,
  work: null,
}

function may(action: string, resource: string, prefix?: string): boolean {
  const context: Record<string, string> = prefix === undefined ? {} : { 's3:prefix': prefix }
  const policy = parsePolicy(JSON.stringify(readingPolicy(places, 'aws')))
  return evaluate([policy], { action, resource, context }) === 'allowed'
}

describe('what the role may do', () => {
  it.each([
    ['s3:ListBucket', 'arn:aws:s3:::udacity-dend', 'log_data/2018/11/'],
    ['s3:ListBucket', 'arn:aws:s3:::catalogue', 'song_data'],
    ['s3:GetBucketLocation', 'arn:aws:s3:::udacity-dend', undefined],
    ['s3:GetObject', 'arn:aws:s3:::udacity-dend/log_data/2018/11/2018-11-01-events.json', undefined],
    ['s3:GetObject', 'arn:aws:s3:::catalogue/song_data/A/A/A/TRAAAAW128F429D538.json', undefined],
    ['s3:GetObject', 'arn:aws:s3:::udacity-dend/log_json_path.json', undefined],
  ])('%s on %s (%s)', (action, resource, prefix) => {
    expect(may(action, resource, prefix)).toBe(true)
  })

  it.each([
    ['s3:ListBucket', 'arn:aws:s3:::udacity-dend', undefined],
    ['s3:ListBucket', 'arn:aws:s3:::udacity-dend', 'song_data'],
    ['s3:ListBucket', 'arn:aws:s3:::catalogue', 'log_data/2018/11/'],
    ['s3:GetObject', 'arn:aws:s3:::udacity-dend/log_data/2018/12/2018-12-01-events.json', undefined],
    ['s3:GetObject', 'arn:aws:s3:::udacity-dend/log_json_path.json.bak', undefined],
    ['s3:GetObject', 'arn:aws:s3:::catalogue/other', undefined],
    ['s3:PutObject', 'arn:aws:s3:::catalogue/song_data/A', undefined],
    ['s3:DeleteObject', 'arn:aws:s3:::catalogue/song_data/A', undefined],
  ])('not %s on %s (%s)', (action, resource, prefix) => {
    expect(may(action, resource, prefix)).toBe(false)
  })

  it('writes the copy, and nothing else, where there is to be one', () => {
    const policy = parsePolicy(JSON.stringify(readingPolicy({ ...places, copyTo: 's3://copies/star' }, 'aws')))
    const allows = (action: string, resource: string, prefix?: string): boolean =>
      evaluate([policy], { action, resource, context: prefix === undefined ? {} : { 's3:prefix': prefix } }) ===
      'allowed'
    expect(allows('s3:PutObject', 'arn:aws:s3:::copies/star/0-1/users/0000_part_00.parquet')).toBe(true)
    expect(allows('s3:ListBucket', 'arn:aws:s3:::copies', 'star/0-1/users/')).toBe(true)
    expect(allows('s3:PutObject', 'arn:aws:s3:::copies/starlight')).toBe(false)
    expect(allows('s3:DeleteObject', 'arn:aws:s3:::copies/star/manifest.json')).toBe(false)
    expect(allows('s3:PutObject', 'arn:aws:s3:::udacity-dend/log_data/2018/11/x')).toBe(false)
  })

  it('is written for the partition it is used in', () => {
    expect(JSON.stringify(readingPolicy(places, 'aws-cn'))).not.toContain('arn:aws:')
  })
})

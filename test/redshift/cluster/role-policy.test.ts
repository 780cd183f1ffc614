import { describe, expect, it } from 'vitest'
import { ownerPattern, readingPolicy } from '../../../src/redshift/cluster/policies.ts'
import { tagsOf } from '../../../src/redshift/cluster/role.ts'
import { trustPolicy, trustsRedshift } from '../../../src/redshift/cluster/trust-policy.ts'
import { evaluate } from '../../support/aws/iam/evaluate.ts'
import { parsePolicy } from '../../support/aws/iam/policy.ts'
import { settings } from './stage.ts'

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

  it('lists and reads the manifests, in the place that also holds a source', () => {
    const work = { ...places, work: 's3://udacity-dend/work' }
    const policy = readingPolicy(work, 'aws')
    expect(policy.Statement).toEqual([
      {
        Effect: 'Allow',
        Action: ['s3:ListBucket'],
        Resource: ['arn:aws:s3:::udacity-dend'],
        Condition: { StringLike: { 's3:prefix': ['log_data/2018/11/*', 'work/*'] } },
      },
      {
        Effect: 'Allow',
        Action: ['s3:ListBucket'],
        Resource: ['arn:aws:s3:::catalogue'],
        Condition: { StringLike: { 's3:prefix': ['song_data*'] } },
      },
      {
        Effect: 'Allow',
        Action: ['s3:GetBucketLocation'],
        Resource: ['arn:aws:s3:::udacity-dend', 'arn:aws:s3:::catalogue'],
      },
      {
        Effect: 'Allow',
        Action: ['s3:GetObject'],
        Resource: [
          'arn:aws:s3:::udacity-dend/log_data/2018/11/*',
          'arn:aws:s3:::catalogue/song_data*',
          'arn:aws:s3:::udacity-dend/work/*',
          'arn:aws:s3:::udacity-dend/log_json_path.json',
        ],
      },
    ])
    const one = readingPolicy({ ...places, songData: places.logData, jsonPaths: null }, 'aws')
    expect(one.Statement.at(-1)?.Resource).toEqual(['arn:aws:s3:::udacity-dend/log_data/2018/11/*'])
  })

  it('is written for the partition it is used in', () => {
    expect(JSON.stringify(readingPolicy(places, 'aws-cn'))).not.toContain('arn:aws:')
  })
})

describe('a trust policy', () => {
  const document = (...Statement: readonly object[]): string =>
    encodeURIComponent(JSON.stringify({ Version: '2012-10-17', Statement }))
  const allow = { Effect: 'Allow', Principal: { Service: 'redshift.amazonaws.com' }, Action: 'sts:AssumeRole' }
  const trusts = (...Statement: readonly object[]): boolean =>
    trustsRedshift(document(...Statement), '1', 'provisioned')

  it('lets Redshift assume the role as spin-up writes it, for nodes and for a workgroup, which needs both services', () => {
    for (const kind of ['provisioned', 'serverless'] as const) {
      expect(trustsRedshift(encodeURIComponent(JSON.stringify(trustPolicy(kind))), '1', kind)).toBe(true)
    }
    expect(trustsRedshift(encodeURIComponent(JSON.stringify(trustPolicy('provisioned'))), '1', 'serverless')).toBe(
      false,
    )
    expect(trustsRedshift(document(allow), '1', 'provisioned')).toBe(true)
  })

  it.each([
    ['of any action of STS', { ...allow, Action: ['sts:TagSession', 'sts:*'] }, true],
    ['of any action', { ...allow, Action: '*' }, true],
    ['in other letters', { ...allow, Action: 'STS:assumerole' }, true],
    ['of everybody', { ...allow, Principal: '*' }, true],
    ['of this account', { ...allow, Condition: { StringEquals: { 'aws:SourceAccount': '1' } } }, true],
    ['of other conditions', { ...allow, Condition: { StringEquals: { 'sts:ExternalId': 'x' } } }, true],
    ['of another account', { ...allow, Condition: { StringEquals: { 'AWS:SourceAccount': ['2', '3'] } } }, false],
    ['of another action', { ...allow, Action: 'sts:TagSession' }, false],
    ['of another service', { ...allow, Principal: { Service: ['ec2.amazonaws.com'] } }, false],
    ['of a person', { ...allow, Principal: { AWS: 'arn:aws:iam::1:root' } }, false],
  ])('with a line %s', (_, statement, isTrusting) => {
    expect(trusts(statement)).toBe(isTrusting)
  })

  it('that also denies it, or that cannot be read, does not', () => {
    expect(trusts(allow, { ...allow, Effect: 'Deny' })).toBe(false)
    expect(trustsRedshift('{}', '1', 'provisioned')).toBe(false)
  })
})

it('The bot knows its statements in each session of its role', () => {
  expect(ownerPattern('AROA1:session-7')).toBe('AROA1:*')
  expect(ownerPattern('AIDA1')).toBe('AIDA1')
})

it('Everything that is made bears the tag of the bot, whatever other tags there are', () => {
  expect(tagsOf({ ...settings, tags: { team: 'data', 'sparkify:managed': 'x' } })).toEqual([
    { Key: 'team', Value: 'data' },
    { Key: 'sparkify:managed', Value: 'sparkify' },
  ])
})

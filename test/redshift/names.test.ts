import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { OpsError } from '../../src/core/errors.ts'
import {
  accountOf,
  clusterArn,
  copyPlaceOf,
  finalSnapshotName,
  finalSnapshotPrefix,
  readS3Location,
  roleArn,
  tagClusterLine,
  tagRoleLine,
  workPlaceOf,
} from '../../src/redshift/names.ts'

describe('names in AWS', () => {
  it('take account and partition from an ARN', () => {
    const account = accountOf('arn:aws-cn:sts::123456789012:assumed-role/bot/session')
    expect(account).toEqual({ partition: 'aws-cn', id: '123456789012' })
    expect(roleArn(account, 'r')).toBe('arn:aws-cn:iam::123456789012:role/r')
    expect(clusterArn(account, 'cn-north-1', 'c')).toBe('arn:aws-cn:redshift:cn-north-1:123456789012:cluster:c')
    expect(tagClusterLine(account, 'cn-north-1', 'c')).toBe(
      'aws redshift create-tags --region cn-north-1 --resource-name arn:aws-cn:redshift:cn-north-1:123456789012:cluster:c --tags Key=sparkify:managed,Value=c',
    )
    expect(tagRoleLine('r', 'c')).toBe('aws iam tag-role --role-name r --tags Key=sparkify:managed,Value=c')
  })

  it('of final snapshots say whose and when, in letters that AWS takes', () => {
    expect(finalSnapshotName('sparkify', new Date('2026-11-07T09:12:45.678Z'))).toBe('sparkify-final-20261107-091245')
    fc.assert(
      fc.property(fc.date({ min: new Date('2020-01-01'), max: new Date('2099-12-31'), noInvalidDate: true }), (at) => {
        const name = finalSnapshotName('a-b', at)
        expect(name).toMatch(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/)
        expect(name.startsWith(finalSnapshotPrefix('a-b'))).toBe(true)
      }),
    )
  })
})

describe('a place in S3', () => {
  it('is a bucket and what keys begin with', () => {
    expect(readS3Location('s3://udacity-dend/log_data/2018')).toEqual({
      bucket: 'udacity-dend',
      prefix: 'log_data/2018',
    })
  })

  it('of what the bot writes is a folder, however its slash is written', () => {
    for (const text of ['s3://b-1/some/place', 's3://b-1/some/place//']) {
      expect(workPlaceOf(text)).toEqual({ bucket: 'b-1', key: 'some/place/' })
    }
    expect(copyPlaceOf('s3://b-1/copy')).toEqual({
      bucket: 'b-1',
      key: 'copy/',
      manifest: { bucket: 'b-1', key: 'copy/manifest.json' },
    })
  })

  it.each(['/data/log_data', 's3://bucket', 's3://bucket/', 's3://UPPER/x', 'https://bucket/x', ''])(
    'is not "%s"',
    (text) => {
      expect(() => readS3Location(text)).toThrow(OpsError)
    },
  )
})

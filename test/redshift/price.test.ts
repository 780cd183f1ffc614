import { describe, expect, it } from 'vitest'
import { aboutUsd, hourly, priceOf, storageRate, storageUsd } from '../../src/redshift/price.ts'

const oregon = { region: 'us-west-2', hourlyUsd: null }

describe('the price of a cluster', () => {
  it('is the list price of its nodes in its region, with the date it was read', () => {
    expect(priceOf('ra3.large', 1, oregon)).toEqual({ hourlyUsd: 0.543, label: 'list price, March 2026' })
    expect(hourly(priceOf('ra3.xlplus', 2, { ...oregon, region: 'us-east-1' }))).toBe(
      '$2.17 an hour (list price, March 2026)',
    )
  })

  it('has each figure as it was published', () => {
    const figures = (region: string) =>
      ['ra3.large', 'ra3.xlplus', 'ra3.4xlarge', 'ra3.16xlarge'].map(
        (type) => priceOf(type, 1, { region, hourlyUsd: null })?.hourlyUsd ?? null,
      )
    expect(figures('us-east-1')).toEqual([0.543, 1.086, 3.26, 13.04])
    expect(figures('us-west-2')).toEqual([0.543, null, 3.26, null])
    expect(priceOf('ra3.large', 3, oregon)?.hourlyUsd).toBeCloseTo(1.629)
    expect([storageUsd('us-east-1'), storageUsd('us-west-2'), storageUsd('eu-west-1')]).toEqual([0.024, 0.024, null])
    expect(storageRate('us-west-2')).toBe('$0.024 per GB and month')
  })

  it('so far is about what it is, and said to be less than a cent where it is', () => {
    expect([0, 0.0099, 0.01, 1.086].map(aboutUsd)).toEqual([
      'about $0.00',
      'less than $0.01',
      'about $0.01',
      'about $1.09',
    ])
  })

  it('is the negotiated one of a node where there is one, also for types and regions without a list price', () => {
    expect(hourly(priceOf('ra3.large', 4, { ...oregon, hourlyUsd: 0.25 }))).toBe('$1.00 an hour (negotiated price)')
    expect(hourly(priceOf('next.large', 1, { region: 'eu-west-1', hourlyUsd: 0.25 }))).toBe(
      '$0.25 an hour (negotiated price)',
    )
  })

  it('is not invented for a type or a region without a public figure', () => {
    expect(priceOf('dc2.large', 1, oregon)).toBeNull()
    expect(priceOf('rg.large', 1, oregon)).toBeNull()
    for (const region of ['eu-central-1', 'ap-southeast-2', 'us-gov-west-1', 'cn-north-1']) {
      expect(priceOf('ra3.large', 1, { region, hourlyUsd: null })).toBeNull()
      expect(storageRate(region)).toBe(`the storage price of ${region}`)
    }
    expect(hourly(null)).toBe('Price unknown: set REDSHIFT_HOURLY_USD')
  })
})

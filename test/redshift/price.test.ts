import { describe, expect, it } from 'vitest'
import { hourly, priceOf } from '../../src/redshift/price.ts'

describe('the price of a cluster', () => {
  it('is the list price of its nodes, with the date it was read', () => {
    expect(priceOf('ra3.large', 1, null)).toEqual({ hourlyUsd: 0.543, label: 'list price, March 2026' })
    expect(hourly(priceOf('ra3.xlplus', 2, null))).toBe('$2.17 an hour (list price, March 2026)')
  })

  it('is the negotiated one of a node where there is one, also for types without a list price', () => {
    expect(hourly(priceOf('ra3.large', 4, 0.25))).toBe('$1.00 an hour (negotiated price)')
    expect(hourly(priceOf('next.large', 1, 0.25))).toBe('$0.25 an hour (negotiated price)')
  })

  it('is not invented for a type that is not known', () => {
    expect(priceOf('dc2.large', 1, null)).toBeNull()
    expect(hourly(null)).toBe('Price not known: set REDSHIFT_HOURLY_USD')
  })
})

import { describe, expect, it } from 'vitest'
import { isHopeless, stateOf, statusOf } from '../../../src/redshift/cluster/state.ts'

describe('the state of a cluster', () => {
  it.each([
    ['creating', 'Modifying', 'creating'],
    ['available', 'Available', 'available'],
    ['available', undefined, 'available'],
    ['available', 'Maintenance', 'resuming'],
    ['available, prep-for-resize', undefined, 'available'],
    ['modifying', undefined, 'available'],
    ['modifying', 'Unavailable', 'resuming'],
    ['rebooting', undefined, 'resuming'],
    ['pausing', undefined, 'pausing'],
    ['paused', 'Unavailable', 'paused'],
    ['resuming', undefined, 'resuming'],
    ['final-snapshot', undefined, 'deleting'],
    ['deleting', undefined, 'deleting'],
    ['a-state-of-next-year', undefined, 'resuming'],
    ['a-state-of-next-year', 'Available', 'available'],
  ])('%s, reported %s, is %s', (ClusterStatus, ClusterAvailabilityStatus, state) => {
    expect(stateOf({ ClusterStatus, ClusterAvailabilityStatus })).toBe(state)
  })

  it('without a word of AWS is unknown', () => {
    expect(statusOf({})).toBe('unknown')
  })

  it.each([
    'hardware-failure',
    'incompatible-network',
    'incompatible-parameters',
    'incompatible-restore',
    'incompatible-hsm',
  ])('%s is beyond waiting', (ClusterStatus) => {
    expect(isHopeless({ ClusterStatus })).toBe(true)
  })

  it('is beyond waiting when AWS reports it as failed', () => {
    expect(isHopeless({ ClusterStatus: 'available', ClusterAvailabilityStatus: 'Failed' })).toBe(true)
    expect(isHopeless({ ClusterStatus: 'creating', ClusterAvailabilityStatus: 'Modifying' })).toBe(false)
  })
})

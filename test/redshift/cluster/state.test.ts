import { describe, expect, it } from 'vitest'
import { clusterStateOf, isHopeless, isTransition, statusOf } from '../../../src/redshift/cluster/state.ts'

describe('the state of a cluster', () => {
  it.each<[string, string | undefined, string]>([
    ['creating', 'Modifying', 'creating'],
    ['available', 'Available', 'available'],
    ['available', undefined, 'available'],
    ['available', 'Maintenance', 'available'],
    ['modifying', 'Maintenance', 'available'],
    ['paused', 'Maintenance', 'paused'],
    ['INACCESSIBLE_KMS_KEY', undefined, 'resuming'],
    ['available, prep-for-resize', undefined, 'available'],
    ...['modifying', 'rotating-keys', 'storage-full', 'updating-hsm', 'cancelling-resize'].map(
      (word): [string, undefined, string] => [word, undefined, 'available'],
    ),
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
    expect(clusterStateOf({ ClusterStatus, ClusterAvailabilityStatus })).toBe(state)
  })

  it('names maintenance beside it', () => {
    expect(statusOf({ ClusterStatus: 'available', ClusterAvailabilityStatus: 'Maintenance' })).toBe(
      'available (maintenance)',
    )
  })

  it('passes by itself only where AWS is known to be at work', () => {
    const passing = [
      ...['creating', 'pausing', 'resuming', 'modifying', 'rebooting', 'renaming', 'resizing', 'cancelling-resize'],
      ...['rotating-keys', 'updating-hsm', 'final-snapshot', 'deleting'],
    ]
    const lasting = ['available', 'paused', 'storage-full', 'hardware-failure', 'a-state-of-next-year', undefined]
    expect(passing.map((ClusterStatus) => isTransition({ ClusterStatus }))).toEqual(passing.map(() => true))
    expect(lasting.map((ClusterStatus) => isTransition({ ClusterStatus }))).toEqual(lasting.map(() => false))
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
    'inaccessible-kms-key',
    'INSUFFICIENT_CAPACITY',
    'insufficient-vpce',
  ])('%s is beyond waiting', (ClusterStatus) => {
    expect(isHopeless({ ClusterStatus })).toBe(true)
  })

  it('is beyond waiting when AWS reports it as failed', () => {
    expect(isHopeless({ ClusterStatus: 'available', ClusterAvailabilityStatus: 'Failed' })).toBe(true)
    expect(isHopeless({ ClusterStatus: 'creating', ClusterAvailabilityStatus: 'Modifying' })).toBe(false)
  })
})

import { bytes, moment, usd } from '../../core/words.ts'
import { storageUsd } from '../price.ts'
import type { KeptSnapshot } from './look.ts'

/** The last part is left out where the price is not known: "sparkify-final-20261107-091245, 40.0 MB, until 14 Nov 2026, less than $0.01 a month". */
export function snapshotLine({ name, megabytes, until }: KeptSnapshot, region: string): string {
  const end = until === null ? 'until somebody deletes it' : `until ${day(until)}`
  const rate = storageUsd(region)
  const cost = rate === null ? [] : [`${usd((megabytes / 1000) * rate)} a month`]
  return [name, bytes(megabytes * 1e6), end, ...cost].join(', ')
}

/** "14 Nov 2026", UTC. */
export function day(at: Date): string {
  return moment(at).replace(/,.*/, '')
}

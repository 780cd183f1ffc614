import type { Face } from './face.ts'

/** The face of a check of loads. */
export function checkFace(name: string): Face {
  return {
    name: `Check ${name}`,
    facts: [],
    acknowledge: `alert-acknowledge check=${name}`,
    snooze: `alert-snooze check=${name} for=24h`,
    more: [{ label: 'Show rows', line: `qa check=${name}` }],
  }
}

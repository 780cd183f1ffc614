import type { Origin, RunRecord } from '../ports/runs.ts'
import { moment } from '../words.ts'

/** Who called a run, for its reader: "Asked by Ada", "Schedule 3 for 24 Nov 2026, 03:00 UTC, in the name of Ada". */
export function calledBy({ origin, requester, retries, who }: RunRecord): string {
  const first = firstCalledBy(origin, requester.name)
  return retries === 0 ? first : `${first}; tried again by ${who.name}`
}

function firstCalledBy(origin: Origin, name: string): string {
  switch (origin.kind) {
    case 'words':
      return `Asked by ${name}`
    case 'line':
      return `Line ${origin.at + 1} of run ${origin.fire}, in the name of ${name}`
    case 'fire':
      return origin.cause === 'asked'
        ? `Schedule ${origin.schedule}, asked for by ${name}`
        : `Schedule ${origin.schedule} for ${moment(new Date(origin.intended))}, in the name of ${name}`
  }
}

/** The same in few words that programs can read: "words", "schedule 3, clock, 2026-11-24T03:00:00.000Z", "run 57, line 1". */
export function originText(origin: Origin): string {
  switch (origin.kind) {
    case 'words':
      return 'words'
    case 'line':
      return `run ${origin.fire}, line ${origin.at + 1}`
    case 'fire':
      return `schedule ${origin.schedule}, ${origin.cause}, ${origin.intended}`
  }
}

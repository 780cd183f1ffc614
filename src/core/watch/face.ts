import type { Suggestion } from '../answer.ts'
import type { WatchRecord } from '../ports/watches.ts'
import { alertFace } from './alert-face.ts'
import { checkFace } from './check-face.ts'

/** What a watched condition shows of itself, whatever its state. */
export interface Face {
  /** "Alert 3". */
  readonly name: string
  /** What is watched, by its names: "Query": "pulse". */
  readonly facts: readonly (readonly [name: string, value: string])[]
  /** The command lines by which somebody acknowledges a firing, or snoozes it. */
  readonly acknowledge: string
  readonly snooze: string
  /** What shows more: the query itself. */
  readonly more: readonly Suggestion[]
}

/** The face of a watched condition. */
export function faceOf(watch: WatchRecord): Face {
  switch (watch.definition.kind) {
    case 'alert':
      return alertFace(watch, watch.definition)
    case 'check':
      return checkFace(watch.subject)
  }
}

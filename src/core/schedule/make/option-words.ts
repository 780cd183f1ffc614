import type { Condition, WhenPaused } from '../../ports/schedules.ts'
import { hours } from '../../words.ts'
import { type Options, usual } from './options.ts'

/** The options that are not the usual ones, as they would be typed. */
export function optionWords({ condition, whenPaused, catchUpHours }: Options): readonly string[] {
  return [
    ...(condition.kind === usual.condition.kind ? [] : [`if=${conditionWord(condition)}`]),
    ...(whenPaused === usual.whenPaused ? [] : [`paused=${whenPaused}`]),
    ...(catchUpHours === usual.catchUpHours ? [] : [`catch-up=${spanWord(catchUpHours)}`]),
  ]
}

function conditionWord(condition: Condition): string {
  if (condition.kind !== 'changed') return condition.kind
  return condition.percent === 0 ? 'changed' : `changed>${condition.percent}%`
}

function spanWord(span: number): string {
  return Number.isInteger(span) ? `${span}h` : `${Math.round(span * 60)}m`
}

/** All options in words: "Always posted · waits while the warehouse is paused · said up to 6 h late". */
export function optionSentence({ condition, whenPaused, catchUpHours }: Options): string {
  return [conditionSentence(condition), pausedWords[whenPaused], lateWords(catchUpHours)].join(' · ')
}

/** Those in words that are not the usual ones. */
export function unusualWords({ condition, whenPaused, catchUpHours }: Options): readonly string[] {
  return [
    ...(condition.kind === usual.condition.kind ? [] : [conditionSentence(condition)]),
    ...(whenPaused === usual.whenPaused ? [] : [pausedWords[whenPaused]]),
    ...(catchUpHours === usual.catchUpHours ? [] : [lateWords(catchUpHours)]),
  ]
}

const pausedWords = {
  wait: 'waits while the warehouse is paused',
  resume: 'resumes a paused warehouse, and pauses it again',
  last: 'gives the last answers while the warehouse is paused',
} as const satisfies Readonly<Record<WhenPaused, string>>

function lateWords(catchUpHours: number): string {
  return catchUpHours === 0 ? 'never said late' : `said up to ${hours(catchUpHours)} late`
}

function conditionSentence(condition: Condition): string {
  switch (condition.kind) {
    case 'always':
      return 'Always posted'
    case 'not-empty':
      return 'Posted when it has rows, or fails'
    case 'changed':
      return condition.percent === 0
        ? 'Posted when a figure changes, or when it fails'
        : `Posted when a figure changes by more than ${condition.percent} %, or when it fails`
    case 'checks':
      return 'Posted when a check turns red or green, or when it fails'
  }
}

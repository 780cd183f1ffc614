import { quote } from '../../command/line.ts'
import type { Place } from '../../place.ts'
import type { ScheduleRecord } from '../../ports/schedules.ts'
import type { Draft } from './draft.ts'
import { optionWords } from './option-words.ts'

/** The line that makes this schedule again, with the id of its channel and its zone, whoever says it where. */
export function lineThatMakes(schedule: Draft & Pick<ScheduleRecord, 'state' | 'owner'>): string {
  const { lines, phrase, place, zone, state } = schedule
  return [
    'schedule add',
    quoted(lines.join('; ')),
    phrase.startsWith('cron ') ? quoted(phrase.slice('cron '.length)) : phrase,
    ...channelWords(place),
    `tz=${quote(zone)}`,
    ...optionWords(schedule),
    ...(state.kind === 'paused' ? ['state=paused'] : []),
  ].join(' ')
}

/** In quotation marks also where one word would do without, because it reads as what is said. */
function quoted(words: string): string {
  const written = quote(words)
  return /^["']/.test(written) ? written : `"${written}"`
}

function channelWords(place: Place): readonly string[] {
  if (place.kind === 'terminal') return []
  const { channel, channelName } = place
  const isId = /^[A-Z]/.test(channel)
  return ['in', isId && channelName !== undefined ? `<#${channel}|${channelName}>` : channel]
}

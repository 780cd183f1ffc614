import { quote } from '../../command/line.ts'
import type { ScheduleRecord } from '../../ports/schedules.ts'
import type { Draft } from './draft.ts'
import { optionWords } from './option-words.ts'

/** The line that makes this schedule again, with the id of its channel and its zone, whoever says it where. */
export function lineThatMakes(schedule: Draft & Pick<ScheduleRecord, 'state' | 'owner'>): string {
  const { lines, phrase, zone, state } = schedule
  return [
    'schedule add',
    quoted(lines.join('; ')),
    phrase.startsWith('cron ') ? quoted(phrase.slice('cron '.length)) : phrase,
    ...channelWords(schedule),
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

/** Direct messages go by the id of whose they are, from wherever they say it. */
function channelWords({ place, owner }: Pick<ScheduleRecord, 'place' | 'owner'>): readonly string[] {
  if (place.kind === 'terminal') return []
  if (place.direct && owner.kind === 'slack') return ['in', owner.id]
  const { channel, channelName } = place
  const isId = /^[A-Z]/.test(channel)
  return ['in', isId && channelName !== undefined ? `<#${channel}|${channelName}>` : channel]
}

import { withChannelNames } from '../../channel.ts'
import { quote } from '../../command/line.ts'
import type { Place } from '../../place.ts'
import type { ScheduleRecord } from '../../ports/schedules.ts'
import type { Draft } from './draft.ts'
import { optionWords } from './options.ts'

/** What a line that makes a schedule is made of. */
type Makeable = Draft & Pick<ScheduleRecord, 'state' | 'owner'>

/** The line that creates this schedule again, wherever it is typed: with the id of its channel and its zone. */
export function lineThatCreates(schedule: Makeable): string {
  return `schedule-add ${wordsThatCreate(schedule).join(' ')}`
}

/**
 * The same line for people: its channel goes by its name where that is known. In a terminal it is for a shell,
 * which takes a bare `#` for a comment and `>` for a file.
 */
export function lineToCopy(schedule: Makeable, readIn: Place): string {
  const words = wordsThatCreate(schedule).map((word) => (readIn.kind === 'terminal' ? inShell(word) : word))
  return withChannelNames(`schedule add ${words.join(' ')}`)
}

function inShell(word: string): string {
  return /^<?#/.test(word) ? `"${word}"` : word.replace(/^(if=)(.*>.*)$/, '$1"$2"')
}

function wordsThatCreate(schedule: Makeable): readonly string[] {
  const { lines, phrase, days, cron, zone, state } = schedule
  return [
    quoted(lines.join('; ')),
    days === null ? quoted(cron) : phrase,
    ...channelWords(schedule),
    `tz=${quote(zone)}`,
    ...optionWords(schedule),
    ...(state.kind === 'paused' ? ['state=paused'] : []),
  ]
}

/** In quotation marks also where one word would do without, because it reads as what is run. */
function quoted(words: string): string {
  const written = quote(words)
  return /^["']/.test(written) ? written : `"${written}"`
}

/** Direct messages go by the id of their person. */
function channelWords({ place, owner }: Pick<ScheduleRecord, 'place' | 'owner'>): readonly string[] {
  if (place.kind === 'terminal') return []
  if (place.direct && owner.kind === 'slack') return ['in', owner.id]
  const { channel, channelName } = place
  const isId = /^[A-Z]/.test(channel)
  return ['in', isId && channelName !== undefined ? `<#${channel}|${channelName}>` : channel]
}

import { z } from 'zod'
import { green, notChecked, probe, warn } from '../core/doctor/run-probes.ts'
import { bytes, moment } from '../core/format.ts'
import { heartbeatNote } from '../core/outbox/dispatcher.ts'
import type { Clock } from '../core/ports/clock.ts'
import type { Engine } from '../core/ports/engine.ts'
import type { Ledger } from '../core/ports/ledger.ts'
import type { Probe } from '../core/ports/probe.ts'
import { dayMs } from '../core/span.ts'
import { skippedWords } from '../core/warehouse/quarantine.ts'

/** The main settings, and variables that are probably not meant. */
export function configurationProbe(summary: string, warnings: readonly string[]): Probe {
  return probe({ id: 'configuration', title: 'Configuration' }, async () =>
    warnings.length === 0
      ? green(summary)
      : warn(warnings.join('; '), 'Correct or remove it in the environment or .env.'),
  )
}

/** Whether the sources exist, as far as the engine knows before it reads them. */
export function sourcesProbe(engine: Engine): Probe {
  return probe({ id: 'sources', title: 'Sources' }, async (signal) => {
    const { summary, skipped = [], unlisted } = await engine.sources(signal)
    if (unlisted !== undefined) {
      return warn(`${summary}: ${unlisted.why}, so every load reads everything`, unlisted.remedy)
    }
    return skipped.length === 0 ? green(summary) : green(`${summary} · ${skippedWords(skipped)}`)
  })
}

/** Whether the ledger answers and accepts a write. */
export function ledgerProbe(ledger: Pick<Ledger, 'claim'>, url: string): Probe {
  return probe({ id: 'ledger', title: 'Ledger' }, async () => {
    await ledger.claim(`doctor:${Date.now()}`, new Date())
    return green(`reads and writes ${ledgerName(url)}`)
  })
}

/** The file, or the host; whatever else is in an address may be a password. */
function ledgerName(url: string): string {
  if (!url.startsWith('file:')) return `${new URL(url).protocol}//${new URL(url).host}`
  const [path = ''] = url.replace(/^file:(?:\/\/)?/, '').split('?')
  return decodeURIComponent(path)
}

/** The note of the newest backup. */
export const backupNote = 'backup'

const backupSchema = z.object({ at: z.string(), file: z.string(), bytes: z.number() }).nullable()

const oldBackupMs = 8 * dayMs

/** When the newest backup was made, and where it is; a warning when there was none for 8 days. */
export function backupProbe({ notes }: Pick<Ledger, 'notes'>, clock: Pick<Clock, 'now'>): Probe {
  return probe({ id: 'backup', title: 'Backup' }, async () => {
    const last = backupSchema.parse(await notes.get(backupNote))
    if (last === null) return green('none yet; sparkify backup makes one')
    const detail = `${moment(new Date(last.at))}, ${last.file}, ${bytes(last.bytes)}`
    if (clock.now().getTime() - Date.parse(last.at) < oldBackupMs) return green(detail)
    return warn(`the newest is old: ${detail}`, 'Run sparkify backup, best every night by cron.')
  })
}

const beatSchema = z.object({ at: z.string(), ok: z.boolean() }).nullable()

/** Whether an outside monitor is notified of good nights, and when it last was. The address is as good as a password, so it is not shown. */
export function heartbeatProbe(isSet: boolean, { notes }: Pick<Ledger, 'notes'>): Probe {
  return probe({ id: 'heartbeat', title: 'Heartbeat' }, async () => {
    if (!isSet) return green('none set, so no outside monitor notices a missed night')
    const last = beatSchema.parse(await notes.get(heartbeatNote))
    if (last === null) return notChecked('set; the first is sent after the next scheduled load that succeeds')
    const at = moment(new Date(last.at))
    if (last.ok) return green(`last delivered ${at}`)
    return warn(
      `the last one, ${at}, could not be delivered`,
      'Check SPARKIFY_HEARTBEAT_URL and the network; the log has the reason.',
    )
  })
}

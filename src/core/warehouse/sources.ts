import { bytes, plural } from '../format.ts'
import type { SourceFile } from '../ports/engine.ts'

/** "2 log files, 9 song files, 53.1 kB". */
export function sourcesSummary(log: readonly SourceFile[], song: readonly SourceFile[]): string {
  const size = [...log, ...song].reduce((sum, file) => sum + file.bytes, 0)
  return `${plural(log.length, 'log file')}, ${plural(song.length, 'song file')}, ${bytes(size)}`
}

/** Whether a place of sources, or a file of them, is in S3 rather than in a folder. */
export function isRemote(place: string): boolean {
  return /^s3:\/\//i.test(place)
}

/** The day that the name of a log file gives: `2018-11-29-events.json` → `2018-11-29`; null for any other name or day. */
export function dayOf(path: string): string | null {
  const [, day] = /(?:^|[\\/])(\d{4}-\d{2}-\d{2})-events\.(?:json|jsonl|ndjson)(?:\.gz)?$/i.exec(path) ?? []
  if (day === undefined) return null
  const date = new Date(`${day}T00:00:00Z`)
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day) ? day : null
}

/** Whether a file of this name is source data: `.json`, `.jsonl` or `.ndjson`, also packed, in any case. */
export function isSourceName(name: string): boolean {
  return /\.(json|jsonl|ndjson)(\.gz)?$/i.test(name)
}

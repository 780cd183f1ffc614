import { OpsError } from '../../core/errors.ts'
import type { Sources } from '../../core/ports/engine.ts'
import { readS3Location } from '../s3-location.ts'
import { literal } from './literal.ts'

/** Where COPY reads. */
export interface SourceSettings {
  /** `s3://bucket/prefix`. */
  readonly logData: string
  readonly songData: string
  /** `s3://bucket/key` of a JSONPaths file for the log; without one its keys are matched to the columns' names. */
  readonly jsonPaths?: string | undefined
}

/**
 * Checks that the sources are places in S3. They are not listed: the cluster reads them as its own role, the bot has no access
 * to S3 at all. What was read is known after the load, from SYS_LOAD_HISTORY. Throws `bad_config`.
 */
export function checkSources({ logData, songData, jsonPaths }: SourceSettings): Sources {
  for (const place of [logData, songData]) {
    readS3Location(place)
    literal(place)
  }
  if (jsonPaths !== undefined) {
    const { bucket, prefix } = readS3Location(jsonPaths)
    literal(jsonPaths)
    const data = [logData, songData].map(readS3Location)
    if (data.some((source) => source.bucket === bucket && prefix.startsWith(source.prefix))) {
      throw new OpsError(
        'bad_config',
        `${jsonPaths} lies below the data and would be loaded as if it were data.`,
        'Move the JSONPaths file out of the prefix, or name a narrower prefix in SPARKIFY_LOG_DATA.',
      )
    }
  }
  return { log: [], song: [], summary: `${logData} and ${songData}` }
}

import { OpsError } from '../core/errors.ts'

/** A place in S3. `prefix` is what object keys begin with, as COPY takes it: `log_data` also covers `log_data_2`. */
export interface S3Location {
  readonly bucket: string
  readonly prefix: string
}

/** Reads `s3://bucket/prefix`. Throws `bad_config` for anything else. */
export function readS3Location(text: string): S3Location {
  const { bucket, prefix } =
    /^s3:\/\/(?<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\/(?<prefix>.+)$/.exec(text)?.groups ?? {}
  if (bucket === undefined || prefix === undefined) {
    throw new OpsError(
      'bad_config',
      `"${text}" is no place in S3 that Redshift can load from.`,
      'Set SPARKIFY_LOG_DATA and SPARKIFY_SONG_DATA to s3://bucket/prefix.',
    )
  }
  return { bucket, prefix }
}

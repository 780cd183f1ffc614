/** A place in a bucket: the key of an object, or what keys begin with. */
export interface ObjectPlace {
  readonly bucket: string
  readonly key: string
}

/** An object of a bucket. `etag` differs after each change of its content. */
export interface StoredObject {
  readonly key: string
  readonly bytes: number
  readonly etag: string
}

/** Buckets of objects (S3). Every method throws `OpsError` (`aws`, `aws_denied`, `source_missing` for a bucket that there is not, `cancelled`). */
export interface ObjectStore {
  /** All objects whose keys begin with the key of this place, in the order of their keys. A listing that is cut throws. */
  list(place: ObjectPlace, signal: AbortSignal): Promise<readonly StoredObject[]>
  /** The text of an object; null where there is none. */
  read(place: ObjectPlace, signal: AbortSignal): Promise<string | null>
  /** Writes an object into a file. Throws `source_missing` where there is none, or where it is not the one with this ETag any more. */
  fetch(place: ObjectPlace, etag: string | null, path: string, signal: AbortSignal): Promise<void>
  put(place: ObjectPlace, text: string, signal: AbortSignal): Promise<void>
  /** Removes objects of one bucket; those that are gone already count as removed. */
  remove(bucket: string, keys: readonly string[], signal: AbortSignal): Promise<void>
}

import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'

/** A folder that stands in for a bucket: the paths below it are the keys. */
export type Bucket = { readonly name: string; readonly folder: string; readonly region: string }

/** One object of a bucket. */
export type S3Object = { readonly key: string; readonly bytes: number }

/** A place in S3, from its URL. */
export type S3Url = { readonly bucket: string; readonly key: string }

/** Reads `s3://bucket/key`; undefined for anything else. */
export function parseS3Url(url: string): S3Url | undefined {
  const [, bucket, key] = /^s3:\/\/([^/]+)\/?(.*)$/s.exec(url) ?? []
  return bucket === undefined || key === undefined ? undefined : { bucket, key }
}

/** The objects whose keys begin with a prefix, in the order of their keys, as ListObjectsV2 gives them. */
export function listObjects(bucket: Bucket, prefix: string): readonly S3Object[] {
  // Only the folder above the prefix's last part can hold keys that begin with it.
  const above = prefix.slice(0, prefix.lastIndexOf('/') + 1)
  const start = join(bucket.folder, above)
  if (statSync(start, { throwIfNoEntry: false })?.isDirectory() !== true) return []
  return readdirSync(start, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({ key: relative(bucket.folder, path).split(sep).join('/'), bytes: statSync(path).size }))
    .filter((object) => object.key.startsWith(prefix))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
}

/** Whether the bucket holds an object of this key. */
export function hasObject(bucket: Bucket, key: string): boolean {
  return statSync(join(bucket.folder, key), { throwIfNoEntry: false })?.isFile() === true
}

/** The bytes of an object. */
export function sizeOf(bucket: Bucket, key: string): number {
  return statSync(join(bucket.folder, key)).size
}

/** The content of an object. */
export function readObject(bucket: Bucket, key: string): Promise<Buffer> {
  return readFile(join(bucket.folder, key))
}

/** Writes an object. */
export function putObject(bucket: Bucket, key: string, content: Uint8Array): void {
  const path = join(bucket.folder, key)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, content)
}

/** Removes an object; where there is none, nothing happens, as in S3. */
export function removeObject(bucket: Bucket, key: string): void {
  rmSync(join(bucket.folder, key), { force: true })
  // S3 has no folders that could be left empty.
  for (let above = dirname(key); above !== '.'; above = dirname(above)) {
    const path = join(bucket.folder, above)
    if (statSync(path, { throwIfNoEntry: false }) === undefined || readdirSync(path).length > 0) return
    rmdirSync(path)
  }
}

const etags = new Map<string, string>()

/** The ETag of an object that was put in one piece: the MD5 of its content, in quotation marks. */
export function etagOf(bucket: Bucket, key: string): string {
  const path = join(bucket.folder, key)
  const { mtimeMs, ctimeMs, size } = statSync(path)
  const name = `${path}|${mtimeMs}|${ctimeMs}|${size}`
  const known = etags.get(name) ?? `"${createHash('md5').update(readFileSync(path)).digest('hex')}"`
  etags.set(name, known)
  return known
}

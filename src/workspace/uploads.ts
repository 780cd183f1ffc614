import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import { codeOf } from '../core/errors.ts'
import { readBody, sendText } from './http.ts'
import type { SharedFile } from './journal.ts'

/** Uploaded files and their bytes, in `home` or in memory. */
export interface Uploads {
  /** Announces a file of `size` bytes. Its id is also the secret in the upload URL. */
  announce(name: string, size: number): string
  /** The uploaded file, once its bytes have arrived. */
  find(id: string, title: string | undefined): SharedFile | undefined
  /** Serves an upload URL. Refuses an id that is unknown or already used, and bytes of another size than announced. */
  receive(id: string, request: IncomingMessage, response: ServerResponse): Promise<void>
  /** Serves a file to the page. */
  download(id: string, response: ServerResponse): void
}

// https://www.w3.org/TR/png-3/#5PNG-file-signature
const pngSignature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])

const maxUpload = 50_000_000

/** Uploads under `home/files`, or in memory without a home. */
export function openUploads(home: string | undefined): Uploads {
  const folder = home === undefined ? undefined : join(home, 'files')
  if (folder !== undefined) mkdirSync(folder, { recursive: true })
  const announced = new Map<string, { name: string; size: number; received: boolean }>()
  const inMemory = new Map<string, Buffer>()

  const store = (id: string, bytes: Buffer): boolean => {
    const file = announced.get(id)
    if (file === undefined || file.received || file.size !== bytes.length) return false
    file.received = true
    if (folder === undefined) inMemory.set(id, bytes)
    else writeFileSync(join(folder, id), bytes)
    return true
  }
  const bytesOf = (id: string): Buffer | undefined => {
    if (folder === undefined || !/^F[0-9A-F]{20}$/.test(id)) return inMemory.get(id)
    try {
      return readFileSync(join(folder, id))
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return undefined
      throw error
    }
  }

  return {
    announce(name, size) {
      const id = `F${randomBytes(10).toString('hex').toUpperCase()}`
      announced.set(id, { name, size, received: false })
      return id
    },
    find(id, title) {
      const file = announced.get(id)
      return file?.received ? { id, name: file.name, title: title ?? file.name, size: file.size } : undefined
    },
    async receive(id, request, response) {
      const bytes = await uploadedBytes(await readBody(request, maxUpload), request.headers['content-type'] ?? '')
      if (store(id, bytes)) sendText(response, `OK - ${bytes.length}`)
      else sendText(response, 'upload_not_expected', undefined, 400)
    },
    download(id, response) {
      const bytes = bytesOf(id)
      if (bytes === undefined) return sendText(response, 'Not found', undefined, 404)
      if (bytes.subarray(0, 8).equals(pngSignature)) return sendText(response, bytes, 'image/png')
      response.setHeader('content-disposition', 'attachment')
      sendText(response, bytes, 'application/octet-stream')
    },
  }
}

async function uploadedBytes(body: Buffer, contentType: string): Promise<Buffer> {
  if (!contentType.startsWith('multipart/form-data')) return body
  const form = await new Response(new Uint8Array(body), { headers: { 'content-type': contentType } }).formData()
  const file = [...form.values()].find((value) => typeof value !== 'string')
  return file === undefined ? body : Buffer.from(await file.arrayBuffer())
}

import type { IncomingMessage, ServerResponse } from 'node:http'
import { ApiError } from './content.ts'

/** A request's whole body. Throws `ApiError` above `limit` bytes. */
export async function bodyOf(request: IncomingMessage, limit = 1_000_000): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    size += chunk.length
    if (size > limit) throw new ApiError('request_too_large')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** What the text says as JSON. Throws an `ApiError` of this code where it is none. */
export function jsonOf(text: string, code = 'invalid_json'): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new ApiError(code)
  }
}

/** Answers with JSON. */
export function sendJson(response: ServerResponse, body: unknown, status = 200, headers: Record<string, string> = {}) {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers })
  response.end(JSON.stringify(body))
}

/** Answers with text of a kind, which no cache keeps and no browser takes for another kind. */
export function sendText(response: ServerResponse, body: string | Buffer, kind = 'text/plain', status = 200) {
  const headers = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' }
  response.writeHead(status, { 'content-type': `${kind}; charset=utf-8`, ...headers }).end(body)
}

import { OpsError } from '../core/errors.ts'
import type { SourceFile } from '../core/ports/engine.ts'
import { cancelled } from './failure.ts'
import { openBytes } from './read-lines.ts'
import { isRemote } from './sources.ts'

/**
 * Unpacks every `.gz` of a folder once and throws `bad_data` for one that is damaged: DuckDB 1.5.5 checks no checksum and
 * takes a file that ends too early for one that is complete, so a cut at the end of a line would lose rows in silence.
 */
export async function verifyPacked(
  files: readonly SourceFile[],
  shown: (path: string) => string,
  signal: AbortSignal,
): Promise<void> {
  for (const { path } of files) {
    if (!path.endsWith('.gz') || isRemote(path)) continue
    try {
      for await (const _ of openBytes(path)) {
        if (signal.aborted) throw cancelled(signal)
      }
    } catch (error) {
      if (!isZlibError(error)) throw error
      throw new OpsError(
        'bad_data',
        `${shown(path)} is damaged: ${error.message}. Live tables are untouched.`,
        'Replace the file with a whole one and load again.',
        { cause: error },
      )
    }
  }
}

function isZlibError(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('Z_')
}

import { access, chmod, constants, mkdir, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { messageOf, OpsError } from '../core/errors.ts'

/** What the bot keeps in its home, by name. */
const ours = /^(?:state\.db(?:[-.].*)?|loads|workspace|sample(?:\..*)?|(?:sparkify|terminal)\.log)$/

const forOthers = 0o077

/** Makes the bot's own folder if it is missing, for its own user alone. Throws `storage` when it cannot be made or written. */
export async function prepareHome(home: string): Promise<void> {
  try {
    await mkdir(home, { recursive: true, mode: 0o700 })
    await access(home, constants.W_OK | constants.X_OK)
    for (const path of await openToOthers(home)) await closeToOthers(path)
  } catch (error) {
    throw new OpsError(
      'storage',
      `The bot's folder ${home} cannot be used: ${messageOf(error)}.`,
      'Make it writable, or set SPARKIFY_HOME to another.',
      { cause: error },
    )
  }
}

/**
 * The paths by which other users of this machine could get at what the bot keeps: files and folders of its own right below its home, and the
 * home itself where nothing else lies in it (an existing folder may be named that others use). Made before this program set its umask, or
 * copied there.
 */
export async function openToOthers(home: string): Promise<readonly string[]> {
  const entries = await readdir(home, { withFileTypes: true })
  const own = entries.filter((entry) => ours.test(entry.name) && (entry.isFile() || entry.isDirectory()))
  const paths = [...(own.length === entries.length ? [home] : []), ...own.map(({ name }) => join(home, name))]
  const modes = await Promise.all(paths.map(async (path) => ({ path, mode: await modeOf(path) })))
  return modes.filter(({ mode }) => (mode & forOthers) !== 0).map(({ path }) => path)
}

/** Zero for what another process has removed meanwhile. */
async function modeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).mode
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return 0
    throw error
  }
}

/** Where the system does not let this user (another's file, a disk without modes), `doctor` says so. */
async function closeToOthers(path: string): Promise<void> {
  try {
    await chmod(path, (await stat(path)).mode & 0o700)
  } catch (error) {
    if (!['ENOENT', 'EPERM', 'ENOTSUP', 'EROFS'].includes(codeOf(error))) throw error
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}

import { readFileSync } from 'node:fs'
import type { ProcessRecord } from '../core/ports/ledger.ts'

/** A process beats every 5 s; one that was silent for this long is gone. */
const silenceMs = 30_000

/** Decides whether a process still runs. */
export interface Liveness {
  /** True for one that is not in the ledger, that is dead on this host, or whose last heartbeat is older than 30 s. */
  gone(process: ProcessRecord | undefined, now: Date): boolean
}

/** The judgement of a process on `host`, where `isAlive` knows the living pids. */
export function livenessOn(host: string, isAlive: (pid: number) => boolean): Liveness {
  return {
    gone(process, now) {
      if (process === undefined) return true
      if (process.host === host && !isAlive(process.pid)) return true
      return now.getTime() - Date.parse(process.heartbeat) > silenceMs
    },
  }
}

/** Whether a process with this pid runs on this machine, under whichever user. */
export function pidIsAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0) && !isZombie(pid)
  } catch (error) {
    if (error instanceof Error && 'code' in error) {
      if (error.code === 'ESRCH') return false
      if (error.code === 'EPERM') return true
    }
    throw error
  }
}

/**
 * Whether a process has ended and only its parent has not noticed yet: signals still find it, for ever in a container whose first
 * process reaps nobody. Only Linux tells (https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html).
 */
function isZombie(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name before the state may hold anything, parentheses included.
    return /^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2))
  } catch (error) {
    // No such file: another system, or gone between the two looks, which the next look finds out.
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH')) return false
    throw error
  }
}

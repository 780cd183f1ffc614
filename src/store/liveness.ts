import { existsSync, readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { codeOf } from '../core/errors.ts'
import type { ProcessRecord } from '../core/ports/ledger.ts'

/** A process beats every 5 s; one that was silent for this long is gone. */
const silenceMs = 30_000

/** A time that nobody sets: milliseconds since the machine was started, and which start that was. */
export interface Uptime {
  readonly boot: string
  readonly ms: number
}

/** A process as the ledger keeps it, with the uptime of its machine at its last heartbeat where that is known. */
export type ProcessBeat = ProcessRecord & { readonly beaten: Uptime | null }

/** Decides whether a process still runs. */
export interface Liveness {
  /**
   * True for one that is not in the ledger, that is dead on this host, or that has not beaten for 30 s. On the same machine this is
   * measured by its uptime. Between machines the clocks have to agree within 30 s; a heartbeat further in the future than that was
   * written before a clock was set back, by a process that has been silent since.
   */
  gone(process: ProcessBeat | undefined, now: Date): boolean
  /** What a heartbeat of this process stores with the time. */
  uptime(): Uptime
}

/** The judgement of a process on `host`, where `isAlive` knows the living pids. */
export function livenessOn(host: string, isAlive: (pid: number) => boolean, uptime: () => Uptime): Liveness {
  return {
    uptime,
    gone(process, now) {
      if (process === undefined) return true
      if (process.host === host && !isAlive(process.pid)) return true
      const here = uptime()
      const { beaten, heartbeat } = process
      const silent = beaten?.boot === here.boot ? here.ms - beaten.ms : now.getTime() - Date.parse(heartbeat)
      return Math.abs(silent) > silenceMs
    },
  }
}

/**
 * The uptime of this machine, which all its processes share and which stands still while it sleeps (CLOCK_MONOTONIC on Linux:
 * https://man7.org/linux/man-pages/man2/clock_gettime.2.html). Where no start of the machine has a name, the host's is taken; a
 * restart shows there as an uptime that is smaller than before.
 */
export function machineUptime(): Uptime {
  return { boot: bootId(), ms: Math.round(Number(process.hrtime.bigint()) / 1e6) }
}

let knownBoot: string | undefined

function bootId(): string {
  knownBoot ??= existsSync(linuxBootId) ? readFileSync(linuxBootId, 'utf8').trim() : hostname()
  return knownBoot
}

// https://man7.org/linux/man-pages/man4/random.4.html
const linuxBootId = '/proc/sys/kernel/random/boot_id'

/** Whether a process with this pid runs on this machine, under whichever user. */
export function pidIsAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0) && !isZombie(pid)
  } catch (error) {
    if (codeOf(error) === 'ESRCH') return false
    if (codeOf(error) === 'EPERM') return true
    throw error
  }
}

/**
 * Whether a process has ended and only its parent has not noticed yet: signals still find it, permanently in a container whose first
 * process reaps nobody. Only Linux shows it (https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html).
 */
function isZombie(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name before the state may hold anything, parentheses included.
    return /^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2))
  } catch (error) {
    // No such file: another system, or gone between the two looks, which the next look finds out.
    if (['ENOENT', 'ESRCH'].includes(codeOf(error))) return false
    throw error
  }
}

import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** What one line came to: the answer of `--json`, read by no more than is needed here. */
export interface Said {
  readonly ok: boolean
  readonly headline: string
  readonly facts: readonly string[]
  readonly rows: readonly (readonly unknown[])[]
}

/** Says a line in the terminal of the built program. */
export async function say(boot: string, line: readonly string[], env: NodeJS.ProcessEnv): Promise<Said> {
  const child = spawn(process.execPath, [boot, 'cli', ...line, '--json'], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk) => {
    stdout += chunk
  })
  child.stderr.on('data', (chunk) => {
    stderr += chunk
  })
  await once(child, 'close')
  if (stdout === '') throw new Error(stderr.trim())
  const { ok, headline, replies } = JSON.parse(stdout)
  const kinds: readonly { kind: string; facts?: string[]; rows?: unknown[][]; remedy?: string }[] = replies
  return {
    ok,
    headline: [headline, ...kinds.flatMap(({ remedy }) => (remedy === undefined ? [] : [remedy]))].join(' '),
    facts: kinds.flatMap(({ facts = [] }) => facts),
    rows: kinds.flatMap(({ kind, rows = [] }) => (kind === 'table' ? rows : [])),
  }
}

/** A whole life but for its end, which is always tried. */
export const life: readonly (readonly string[])[] = [
  ['spin-up', 'lease=1h', '--yes'],
  ['etl'],
  ['qa', 'counts'],
  ['qa', 'checks'],
  ['top-songs'],
  ['pause'],
  ['resume', '--yes'],
  ['top-songs', 'last=7d'],
]

/** The most that a plan says it can cost, in US dollars; null where it does not know. */
export function ceilingOf({ facts }: Said): number | null {
  const most = /at most \$([\d,.]+\d)/.exec(facts.join(' '))?.[1]
  return most === undefined ? null : Number(most.replaceAll(',', ''))
}

/** What is left, by what `doctor` and `status` see of cluster, snapshots and role; empty when nothing is. */
export function leftOf(status: Said, doctor: Said): readonly string[] {
  const cell = (said: Said, name: string, value: number): string =>
    String(said.rows.find((row) => row.includes(name))?.[value] ?? '')
  const seen = cell(doctor, 'AWS cluster and role', 2)
  return [
    ...(cell(status, 'State', 1) === 'none' ? [] : [`cluster: ${cell(status, 'State', 1)}`]),
    ...(cell(status, 'Snapshot', 1) === '' ? [] : [`snapshot: ${cell(status, 'Snapshot', 1)}`]),
    ...(/no cluster .* yet, no role .* yet/.test(seen) ? [] : [`AWS shows: ${seen}`]),
  ]
}

import { parseArgs } from 'node:util'
import { type ExitStatus, exitStatusOf, OpsError } from '../core/errors.ts'
import { generateSample, type SampleReport, sampleDefaults, sampleOptions } from './index.ts'

/** Where the command writes, one line at a time with its end. */
export interface Terminal {
  readonly out: (text: string) => void
  readonly err: (text: string) => void
}

const usage = `npm run sample -- --out DIR [--events N] [--songs N] [--days N] [--seed N] [--start YYYY-MM-DD]
Defaults: ${Object.entries(sampleDefaults)
  .map(([name, value]) => `--${name} ${value}`)
  .join(' ')}
`

const text = { type: 'string' } as const

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: { events: text, songs: text, days: text, seed: text, start: text, out: text, help: { type: 'boolean' } },
    }).values
  } catch (error) {
    // ERR_PARSE_ARGS_*: Node's own words name the option; what follows its first line or sentence is about syntax.
    if (!(error instanceof TypeError)) throw error
    throw new OpsError('bad_argument', `${error.message.split(/\.\s/)[0]?.replace(/\.$/, '')}.`, usage.trimEnd())
  }
}

const grouped = new Intl.NumberFormat('en-US')

function summary(report: SampleReport, out: string, seconds: number): string {
  const { events, plays, users, days, songs, files, bytes } = report
  const counts = `${grouped.format(events)} events (${grouped.format(plays)} plays, ${grouped.format(users)} listeners, ${days} days)`
  const size = `${grouped.format(files)} files, ${(bytes / 1e6).toFixed(1)} MB`
  const ending = report.outcome === 'written' ? `${seconds.toFixed(1)} s` : 'already there'
  return `✓ ${counts} and ${grouped.format(songs)} songs in ${out}: ${size}, ${ending}\n`
}

/**
 * `npm run sample`: writes a sample and reports it in one line.
 * @param args what was typed after `sample`
 * @returns 0 when the sample is there, 1 when it could not be written, 2 when the line must change
 */
export async function runSample(args: readonly string[], terminal: Terminal): Promise<ExitStatus> {
  const begun = performance.now()
  try {
    const { out, help, ...given } = parsed(args)
    if (help === true) {
      terminal.out(usage)
      return 0
    }
    if (out === undefined || out === '') throw new OpsError('bad_argument', '--out is missing.', usage.trimEnd())
    const report = await generateSample(sampleOptions(given), out)
    terminal.out(summary(report, out, (performance.now() - begun) / 1000))
    return 0
  } catch (error) {
    if (!(error instanceof OpsError)) throw error
    terminal.err(`✗ ${error.message}${error.remedy === '' ? '' : `\n${error.remedy}`}\n`)
    return exitStatusOf(error.code)
  }
}

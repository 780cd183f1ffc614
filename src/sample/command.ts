import { parseArgs } from 'node:util'
import { type ExitStatus, exitStatusOf, OpsError } from '../core/errors.ts'
import { plural } from '../core/format.ts'
import { generateSample, sampleDefaults, sampleOptions } from './index.ts'

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
    const options = sampleOptions(given)
    const outcome = await generateSample(options, out)
    const took = outcome === 'written' ? `${((performance.now() - begun) / 1000).toFixed(1)} s` : outcome
    const { events, days, songs } = options
    terminal.out(
      `✓ ${plural(events, 'event')} on ${plural(days, 'day')} and ${plural(songs, 'song')} in ${out}, ${took}\n`,
    )
    return 0
  } catch (error) {
    if (!(error instanceof OpsError)) throw error
    terminal.err(`✗ ${error.message}${error.remedy === '' ? '' : `\n${error.remedy}`}\n`)
    return exitStatusOf(error.code)
  }
}

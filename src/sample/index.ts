import { publishOnce, type SampleOutcome } from './folder.ts'
import { type SampleOptions, sampleOptions } from './options.ts'

export { firstSample, sampleDefaults, sampleOptions } from './options.ts'

/**
 * Writes a sample in the layout of the real bucket to the folder `out`: `log_data/YYYY/MM/YYYY-MM-DD-events.json` and
 * `song_data/A/B/C/TRABC….json`, and `sample.json` with its options. Every byte depends on
 * `options` alone. Songs, artists and people are invented; the format and its faults are those of the public Sparkify data.
 * A sample of the same options that is there already is left as it is.
 * @throws OpsError `bad_argument` for impossible options or an `out` that holds something else, `storage` when writing fails
 */
export async function generateSample(options: SampleOptions, out: string): Promise<SampleOutcome> {
  const valid = sampleOptions(options)
  // The generator is loaded where there is no sample yet.
  return publishOnce(out, valid, async (folder) => (await import('./generate.ts')).writeSample(valid, folder))
}

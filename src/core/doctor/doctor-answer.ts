import type { Outcome } from '../command/define.ts'
import { count, plural } from '../format.ts'
import type { Finding } from '../ports/probe.ts'
import { type Reply, text } from '../reply.ts'
import type { ProbeResult } from './run-probes.ts'

// A thousand parked schedules are a thousand faults; one message of Slack has room for these.
const shownInFull = 15
const shownByName = 100

/**
 * The answer of doctor: what is not green in full, the worst first, with its remedy; what was not checked with the
 * reason; the green ones, and faults beyond the first few, by name. `whole` puts a table of everything
 * above that, which a telephone has no room for.
 */
export function doctorAnswer(results: readonly ProbeResult[], whole: boolean): Outcome {
  const of = (state: Finding['state']) => results.filter(({ finding }) => finding.state === state)
  const [red, warn, fine, unseen] = [of('red'), of('warn'), of('green'), of('not-checked')]
  const isFine = red.length + warn.length === 0
  const isAllGreen = fine.length === results.length
  const first = isFine
    ? `${isAllGreen ? 'All ' : ''}${plural(fine.length, 'item')} OK`
    : countsOf(red.length, warn.length, results.length)
  const headline = `${first}${unseen.length === 0 ? '' : `, ${count(unseen.length)} not checked`}.`
  const faults = [...red, ...warn]
  const others = faults.slice(shownInFull)
  return {
    headline,
    replies: [
      ...(whole ? [tableOf(results)] : []),
      text(headline, isFine ? 'good' : 'warning'),
      ...faults.slice(0, shownInFull).map(inFull),
      ...(others.length === 0 ? [] : [text(`${count(others.length)} more: ${namesOf(others)}`, 'warning')]),
      ...(unseen.length === 0 ? [] : [text(`Not checked: ${reasonsOf(unseen)}`, 'note')]),
      ...(whole || fine.length === 0
        ? []
        : [text(`${isAllGreen ? '' : `${count(fine.length)} OK: `}${namesOf(fine)}`, 'note')]),
    ],
    next: [
      ...(isFine ? [] : [{ label: 'Refresh', line: 'doctor' }]),
      ...(whole ? [] : [{ label: 'Show all', line: 'doctor all=yes' }]),
    ],
    ok: red.length === 0,
  }
}

/** "1 of 30 red, 2 to be aware of", without what there is none of. */
function countsOf(red: number, warn: number, all: number): string {
  if (red === 0) return `${plural(warn, 'warning')} in ${plural(all, 'item')}`
  return `${red} of ${all} failed${warn === 0 ? '' : `, ${plural(warn, 'warning')}`}`
}

/** A table cuts long cells, and a line of policy is to be copied. */
function inFull({ title, finding: { state, detail, remedy } }: ProbeResult): Reply {
  const words = [`${title}: ${detail}`, remedy].filter((line) => line !== '').join('\n')
  return state === 'red' ? text(`✗ ${words}`) : text(words, 'warning')
}

function namesOf(results: readonly ProbeResult[]): string {
  const names = results.slice(0, shownByName).map(({ title }) => title)
  const left = results.length - names.length
  return [...names, ...(left > 0 ? [`and ${count(left)} more`] : [])].join(' · ')
}

/** "Slack scopes (needs Slack token)", of the first few. */
function reasonsOf(results: readonly ProbeResult[]): string {
  const reasons = results.slice(0, shownInFull).map(({ title, finding }) => `${title} (${finding.detail})`)
  const others = results.slice(shownInFull)
  return [...reasons, ...(others.length === 0 ? [] : [namesOf(others)])].join(' · ')
}

function tableOf(results: readonly ProbeResult[]): Reply {
  return {
    kind: 'table',
    title: 'Doctor',
    columns: ['state', 'what', 'found', 'cure'],
    rows: results.map(({ title, finding: { state, detail, remedy } }) => [
      state === 'not-checked' ? 'not checked' : state,
      title,
      detail,
      remedy === '' ? '–' : remedy,
    ]),
    total: results.length,
  }
}

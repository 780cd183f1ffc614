import type { Outcome } from '../command/define.ts'
import type { Finding } from '../ports/probe.ts'
import { type Reply, text } from '../reply.ts'
import { count } from '../words.ts'
import type { Look } from './probe.ts'

// A thousand parked schedules are a thousand faults; one message of Slack has room for these.
const shownInFull = 15
const shownByName = 100

/**
 * What doctor says: what is not green in full, the worst first, with its cure; what was not checked with the
 * reason; the green ones, and faults beyond the first few, by name. `whole` puts a table of everything
 * above that, which a telephone has no room for.
 */
export function doctorAnswer(looks: readonly Look[], whole: boolean): Outcome {
  const of = (state: Finding['state']) => looks.filter(({ finding }) => finding.state === state)
  const [red, warn, fine, unseen] = [of('red'), of('warn'), of('green'), of('not-checked')]
  const isFine = red.length + warn.length === 0
  const isAllGreen = fine.length === looks.length
  const first = isFine
    ? `${isAllGreen ? 'All ' : ''}${count(fine.length)} looks are green`
    : countsOf(red.length, warn.length, looks.length)
  const headline = `${first}${unseen.length === 0 ? '' : `, ${count(unseen.length)} not checked`}.`
  const faults = [...red, ...warn]
  const others = faults.slice(shownInFull)
  return {
    headline,
    replies: [
      ...(whole ? [tableOf(looks)] : []),
      text(headline, isFine ? 'good' : 'warning'),
      ...faults.slice(0, shownInFull).map(inFull),
      ...(others.length === 0 ? [] : [text(`${count(others.length)} more not green: ${namesOf(others)}`, 'warning')]),
      ...(unseen.length === 0 ? [] : [text(`Not checked: ${reasonsOf(unseen)}`, 'note')]),
      ...(whole || fine.length === 0
        ? []
        : [text(`${isAllGreen ? '' : `${count(fine.length)} green: `}${namesOf(fine)}`, 'note')]),
    ],
    next: [
      ...(isFine ? [] : [{ label: 'Look again', line: 'doctor' }]),
      ...(whole ? [] : [{ label: 'All of it', line: 'doctor all=yes' }]),
    ],
    ok: red.length === 0,
  }
}

/** "1 of 30 red, 2 to be aware of", without what there is none of. */
function countsOf(red: number, warn: number, all: number): string {
  if (red === 0) return `${warn} of ${all} to be aware of`
  return `${red} of ${all} red${warn === 0 ? '' : `, ${warn} to be aware of`}`
}

/** A table cuts long cells, and a line of policy is to be copied. */
function inFull({ title, finding: { state, detail, cure } }: Look): Reply {
  const words = [`${title}: ${detail}`, cure].filter((line) => line !== '').join('\n')
  return state === 'red' ? text(`✗ ${words}`) : text(words, 'warning')
}

function namesOf(looks: readonly Look[]): string {
  const names = looks.slice(0, shownByName).map(({ title }) => title)
  const left = looks.length - names.length
  return [...names, ...(left > 0 ? [`and ${count(left)} more`] : [])].join(' · ')
}

/** "Slack scopes (needs Slack token)", of the first few. */
function reasonsOf(looks: readonly Look[]): string {
  const reasons = looks.slice(0, shownInFull).map(({ title, finding }) => `${title} (${finding.detail})`)
  const others = looks.slice(shownInFull)
  return [...reasons, ...(others.length === 0 ? [] : [namesOf(others)])].join(' · ')
}

function tableOf(looks: readonly Look[]): Reply {
  return {
    kind: 'table',
    title: 'Doctor',
    columns: ['state', 'what', 'found', 'cure'],
    rows: looks.map(({ title, finding: { state, detail, cure } }) => [
      state === 'not-checked' ? 'not checked' : state,
      title,
      detail,
      cure === '' ? '–' : cure,
    ]),
    total: looks.length,
  }
}

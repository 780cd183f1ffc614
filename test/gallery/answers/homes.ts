import { at, entry, type Home, type HomeEntry } from '../../../src/core/home/home-view.ts'
import { fill, press, step } from './shown.ts'

/** A Home tab of the gallery. */
export interface ShownHome {
  readonly name: string
  readonly home: Home
}

const channel = (id: string, name: string) => ({ id, name })
const available = 'Cluster sparkify is available · 6,820 plays until 30 Nov 2018, 21:59 UTC'
const live = entry({ words: ['Load 12, published', at('2026-11-30T03:04:00.000Z'), '· checks: all 12 green'] })
const always = [
  press('Questions', 'queries'),
  press('Status', 'status'),
  press('Doctor', 'doctor'),
  press('Help', 'help'),
]
const shortcuts = (...next: HomeEntry['next']) =>
  entry({ next: [...next, ...always], note: 'Answers appear in the Messages tab.' })

const ended = entry({
  title: '✓ top-songs n=20',
  words: ['vera ·', at('2026-11-30T02:58:00.000Z'), '· 0.2 s'],
  next: [press('Details', 'runs 14')],
})
const allRuns = entry({ next: [press('All runs', 'runs')] })
const failed = entry({
  title: '✗ Schedule 1: etl; qa checks; pulse; top-songs last=1d',
  words: ['ada ·', at('2026-11-29T03:00:00.000Z'), '· 3 min 12 s', '· 2018-11-29-events.json, line 212: not JSON.'],
  next: [press('Details', 'runs 11')],
})
const nightly = entry({
  title: '1 · etl; qa checks; pulse; top-songs last=1d',
  words: [
    'nightly at 03:00 (Europe/London) in',
    channel('C0MUSIC0000', '#music'),
    '·',
    'next:',
    at('2026-12-01T03:00:00.000Z'),
  ],
})
const parked = entry({
  title: '2 · top-songs n=10',
  words: [
    'mondays at 07:00 (UTC) in',
    channel('C0ARCHIVE00', '#archive'),
    '·',
    '⚠ suspended: #archive is archived. Use another channel.',
  ],
})
const buttons = (id: number, rest: 'Pause' | 'Resume', lines: string): HomeEntry['next'] => [
  press('Run now', `schedule-run ${id}`),
  press(rest, `schedule-${rest.toLowerCase()} ${id}`),
  { ...press('Remove', `schedule-remove ${id}`), sure: `Remove schedule ${id} (${lines})?` },
]

/** What an admin sees in the middle of a load on a cluster that costs money. */
const loading: Home = {
  headline: available,
  sections: [
    {
      title: '',
      entries: [
        live,
        entry({
          words: [
            'Available since',
            at('2026-11-30T01:00:00.000Z'),
            '· Price: $0.54 an hour (list price, March 2026)',
            '· Price so far: $1.08',
            '· Lease: until 30 Nov 2026, 09:00 UTC, then paused',
          ],
          next: [
            press('Extend 2 h', 'extend 2h'),
            { ...press('Pause', 'pause'), sure: 'Pause sparkify? Questions fail until it is resumed.' },
          ],
        }),
        entry({
          words: ['November 2026: $42.10 of $200.00, without storage'],
          next: [press('Cost', 'cost')],
        }),
      ],
    },
    {
      title: 'Waiting for approval',
      entries: [
        entry({
          title: '⚠ Spin up sparkify-2?',
          words: ['otto asked in', channel('C0DATAENG00', '#data-eng'), '· until', at('2026-11-30T03:40:00.000Z')],
          note: 'Redshift ra3.large × 4, us-west-2.\nIt can cost $17.38; anything above $10.00 needs approval.',
        }),
      ],
    },
    {
      title: 'Running now',
      entries: [
        entry({
          title: '● etl',
          words: ['otto · since', at('2026-11-30T03:00:00.000Z'), '· 5 minutes'],
          steps: [
            step('Check sources', 'complete', 400, '30 log files, 14,896 song files, 9.8 MB'),
            step('Create tables', 'skipped', 0, 'already there'),
            step('Stage events', 'in_progress', null, '12 of 30 files'),
            step('Build the star', 'pending', null),
            step('Publish', 'pending', null),
          ],
          next: [press('Details', 'runs 15'), { ...press('Cancel', 'cancel 15'), sure: 'Stop run 15 (etl)?' }],
        }),
      ],
    },
    { title: '', entries: [shortcuts(press('Show run', 'runs 15'))] },
    {
      title: 'Upcoming schedules',
      entries: [
        { ...parked, next: buttons(2, 'Resume', 'top-songs n=10') },
        { ...nightly, next: buttons(1, 'Pause', 'etl; qa checks; pulse; top-songs last=1d') },
        entry({ next: [fill('Add a schedule…', 'schedule-add day=daily time=07:00')] }),
      ],
    },
    { title: 'Recent runs', entries: [ended, failed, allRuns] },
  ],
  note: 'Your role here: admin.',
}

/** The same house a quiet hour later, as a viewer sees it. */
const quiet: Home = {
  headline: available,
  sections: [
    { title: '', entries: [live] },
    { title: '', entries: [shortcuts(press('Top songs', 'top-songs'), press('Check', 'qa'))] },
    {
      title: 'Upcoming schedules',
      entries: [{ ...nightly, words: ['nightly at 03:00 (Europe/London) ·', ...nightly.words.slice(-2)] }],
    },
    { title: 'Recent runs', entries: [ended, allRuns] },
  ],
  note: 'Your role here: viewer.',
}

/** The first look, before anything was set up. */
const first: Home = {
  headline: 'There is no cluster sparkify yet',
  sections: [{ title: '', entries: [shortcuts()] }],
  note: 'Your role here: viewer. No admin is set; to be one, set SPARKIFY_ADMINS=U02AB3C4D.',
}

const unknown: Home = {
  headline: 'The state of cluster sparkify is unknown',
  sections: [
    {
      title: '',
      entries: [
        entry({
          words: ['⚠ AWS does not know these credentials (InvalidClientTokenId).'],
          note: 'Check AWS_ACCESS_KEY_ID and the profile that the bot starts with.',
          next: [press('Doctor', 'doctor')],
        }),
      ],
    },
    { title: '', entries: [shortcuts()] },
  ],
  note: 'Your role here: operator.',
}

export const homes: readonly ShownHome[] = [
  { name: 'app-home-admin-loading', home: loading },
  { name: 'app-home-viewer', home: quiet },
  { name: 'app-home-first', home: first },
  { name: 'app-home-unknown', home: unknown },
]

import { text } from '../../../src/core/reply.ts'
import { failed, press, runOf, type Shown, step, whispered } from './shown.ts'

const line = 'Cluster sparkify is available · 6,820 plays until 30 Nov 2018, 23:54 UTC'

export const bot: readonly Shown[] = [
  {
    name: 'home',
    answer: whispered(
      line,
      [text(line), text('Say help for everything you may do here.', 'note')],
      [press('Top songs', 'top-songs'), press('Check', 'qa'), press('Load again', 'etl')],
    ),
  },
  {
    name: 'welcome',
    view: { direct: true },
    answer: whispered(
      'This is Sparkify’s warehouse bot, on this machine alone.',
      [
        text(
          'This is Sparkify’s warehouse bot, on this machine alone.\nNothing here touches AWS: the warehouse is an embedded DuckDB, its data a generated sample.',
        ),
        text('Three steps: spin up, load, ask.', 'note'),
      ],
      [press('Spin up', 'spin-up'), press('Load', 'etl'), press('Top songs', 'top-songs')],
    ),
  },
  {
    name: 'help',
    answer: whispered(
      '19 commands for you, operator.',
      [
        text(
          'The warehouse\n• etl: Loads the warehouse: stages the source files, builds the star, audits it, publishes it\n• qa: Checks the live load',
        ),
        text(
          'Questions\n• top-songs: The songs played most, as the log names them, and how many people heard them\n• queries: What can be asked',
        ),
        text('The bot\n• status: Cluster, price so far, lease, last load\n• help: What you may do here'),
        text(
          'You are operator here. 5 more need a higher role. Words may be said plainly: top songs 20 last=7d',
          'note',
        ),
      ],
      [press('Status', 'status')],
    ),
  },
  {
    name: 'help-one',
    answer: whispered('etl: Loads the warehouse.', [
      text('etl: Loads the warehouse.\nNeeds: operator. Changes the warehouse.'),
      {
        kind: 'table',
        title: 'Parameters of etl',
        columns: ['parameter', 'takes', 'default', 'meaning'],
        rows: [['max-errors', 'a whole number from 0 to 100,000', '0', 'how many unreadable rows may be left out']],
        total: 1,
      },
      text('For example\n• etl\n• etl max-errors=10'),
    ]),
  },
  {
    name: 'refusal',
    answer: {
      ...failed(
        'not_allowed',
        'etl needs an operator. You are U02AB3C4D, viewer here. Nothing was done.',
        'Nobody is an operator yet. Setting the bot up? SPARKIFY_OPERATORS=U02AB3C4D',
      ),
      exit: 3,
    },
  },
  {
    name: 'did-you-mean',
    answer: failed(
      'unknown_command',
      'I do not know "tpo sogns". Nothing was done.',
      'Did you mean top-songs? Say help for all commands.',
      {
        next: [press('Top songs', 'top-songs')],
      },
    ),
  },
  {
    name: 'bad-argument',
    answer: failed(
      'bad_argument',
      'n: "-1" is not a whole number from 1 to 1,000. Nothing was done.',
      'Give n as a whole number from 1 to 1,000.',
    ),
  },
  {
    name: 'busy',
    answer: failed(
      'busy',
      'Grace is changing the warehouse: etl (run 11), for 2 min 4 s, now at "Stage songs". Nothing was done.',
      'Wait for it, or stop it with cancel 11.',
      { next: [press('Runs', 'runs 11')] },
    ),
  },
  {
    name: 'bug',
    answer: failed(
      'bug',
      'Something in the bot broke that should not have.',
      'The log has the details. Please report it.',
      {
        run: runOf('top-songs', 30, { state: 'error' }),
      },
    ),
  },
  {
    name: 'runs',
    answer: whispered('3 runs, newest first.', [
      {
        kind: 'table',
        title: 'Runs',
        columns: ['id', 'command', 'who', 'state', 'started', 'seconds'],
        formats: ['integer', 'text', 'text', 'text', 'time', 'decimal'],
        rows: [
          [12, 'top-songs n=20', 'Ada', 'complete', '2026-11-30T03:00:00.000Z', 0.2],
          [11, 'etl', 'Nightly load', 'error', '2026-11-30T02:00:00.000Z', 192],
          [10, 'etl', 'Grace', 'running', '2026-11-30T01:00:00.000Z', 7_204.1],
        ],
        total: 3,
      },
    ]),
  },
  {
    name: 'run-in-full',
    answer: whispered(
      'Run 11, etl: error, 3 min 12 s.',
      [
        text('Run 11, etl: error, 3 min 12 s\nAsked by Grace, 30 Nov 2026, 02:00 UTC'),
        {
          kind: 'steps',
          title: 'etl',
          steps: [
            step('Check sources', 'complete', 400, '30 log files, 14,896 song files, 9.8 MB'),
            step('Create tables', 'skipped', 0, 'already there'),
            step('Stage events', 'error', 190_000),
            step('Audit', 'pending', null),
          ],
        },
        {
          kind: 'failure',
          code: 'bad_data',
          message: '2018-11-29-events.json, line 212: not JSON.',
          remedy: 'Mend the line and say etl again.',
        },
      ],
      [press('Run again', 'run-again 11')],
    ),
  },
  {
    name: 'schedules',
    answer: whispered('1 schedule.', [
      {
        kind: 'table',
        title: 'Schedules',
        columns: ['id', 'lines', 'when', 'where', 'owner', 'state', 'next'],
        formats: ['integer', 'text', 'text', 'text', 'text', 'text', 'time'],
        rows: [
          [
            1,
            'etl; qa checks; top-songs n=10',
            'daily at 03:00 (Europe/London)',
            '#music',
            'Ada',
            'active',
            '2026-12-01T03:00:00.000Z',
          ],
        ],
        total: 1,
      },
      text('Add one: schedule add "etl; qa checks; top songs 10" daily at 03:00 in #music', 'note'),
    ]),
  },
  {
    name: 'schedule-made',
    answer: whispered(
      'Schedule 1: etl; qa checks; top-songs n=10, daily at 03:00 (Europe/London) in #music.',
      [
        text('Schedule 1: etl; qa checks; top-songs n=10, daily at 03:00 (Europe/London) in #music.', 'good'),
        text('Next times\n• Tue, 1 Dec 2026, 03:00 GMT\n• Wed, 2 Dec 2026, 03:00 GMT\n• Thu, 3 Dec 2026, 03:00 GMT'),
      ],
      [press('All schedules', 'schedule list')],
    ),
  },
  {
    name: 'doctor-red',
    answer: {
      ...whispered('1 of 4 red, 1 to be aware of.', [
        doctor([
          ['green', 'Configuration', 'duckdb, home .sparkify', '–'],
          [
            'red',
            'Log data',
            's3://udacity-dend/log_data cannot be read: access denied',
            'Give the role s3:ListBucket on it.',
          ],
          ['warn', 'Disk', '1.9 GB free', 'A load of this size needs about 2 GB.'],
          ['green', 'Ledger', 'state.db, 412 kB', '–'],
        ]),
        text('1 of 4 red, 1 to be aware of.', 'warning'),
      ]),
      ok: false,
      exit: 1,
    },
  },
  {
    name: 'doctor-green',
    answer: whispered('All 2 looks are green.', [
      doctor([
        ['green', 'Configuration', 'duckdb, home .sparkify', '–'],
        ['green', 'Ledger', 'state.db, 412 kB', '–'],
      ]),
      text('All 2 looks are green.', 'good'),
    ]),
  },
]

function doctor(rows: string[][]) {
  return {
    kind: 'table' as const,
    title: 'Doctor',
    columns: ['state', 'what', 'found', 'cure'],
    rows,
    total: rows.length,
  }
}

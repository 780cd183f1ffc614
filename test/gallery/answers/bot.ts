import { doctorAnswer } from '../../../src/core/doctor/doctor-answer.ts'
import type { Finding } from '../../../src/core/ports/probe.ts'
import { text } from '../../../src/core/reply.ts'
import { welcome } from '../../../src/slack-backend.ts'
import { failed, press, runOf, type Shown, step, whispered } from './shown.ts'

const line = 'Cluster sparkify is available · 6,820 plays until 30 Nov 2018, 23:54 UTC'

export const bot: readonly Shown[] = [
  {
    name: 'home',
    answer: whispered(
      line,
      [text(line), text('Type help to see all commands.', 'note')],
      [press('Top songs', 'top-songs'), press('Check', 'qa'), press('Load again', 'etl')],
    ),
  },
  { name: 'welcome', answer: welcome },
  {
    name: 'help',
    answer: whispered(
      '19 commands for operators.',
      [
        {
          kind: 'menu',
          groups: [
            {
              title: 'Warehouse',
              items: [
                {
                  name: 'etl',
                  text: 'Loads the warehouse: stages the source files, builds the star, audits it, publishes it',
                  line: 'help etl',
                },
                { name: 'qa', text: 'Checks the live load', line: 'help qa' },
              ],
            },
            {
              title: 'Bot',
              items: [
                {
                  name: 'status',
                  text: 'The live load, its checks and the current run; then the cluster, its price and lease',
                  line: 'help status',
                },
                { name: 'help', text: 'Lists the commands you may use; help etl shows one in full', line: 'help help' },
              ],
            },
          ],
          choose: { label: 'Help on a command…' },
        },
        text(
          'Your role here: operator. 5 more commands need a higher role. Type commands as you would say them: top songs 20 last=7d',
          'note',
        ),
      ],
      [press('Status', 'status')],
    ),
  },
  {
    name: 'help-one',
    answer: whispered('etl: Loads the warehouse.', [
      text('etl: Loads the warehouse.\nNeeds the role operator. Changes the warehouse.'),
      {
        kind: 'table',
        title: 'Parameters of etl',
        columns: ['parameter', 'takes', 'default', 'meaning'],
        rows: [
          ['max-errors', 'a whole number from 0 to 100,000', '0', 'how many unreadable rows may be left out'],
          ['allow-empty', 'yes, no', 'no', 'publish a load even if it has no events or no plays'],
        ],
        total: 2,
      },
      {
        kind: 'menu',
        groups: [
          {
            title: 'Examples',
            items: [
              { name: 'etl', text: '', line: 'etl' },
              { name: 'etl max-errors=10', text: '', line: 'etl max-errors=10' },
            ],
          },
        ],
      },
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
    name: 'refusal-with-help',
    answer: {
      ...failed(
        'not_allowed',
        'tear-down needs an admin. You are U02AB3C4D, operator here. Nothing was done.',
        'Setting the bot up? SPARKIFY_ADMINS=U02AB3C4D',
        { ask: ['U01ADM1N0', 'S01OWNERS'] },
      ),
      exit: 3,
    },
  },
  {
    name: 'did-you-mean',
    answer: failed(
      'unknown_command',
      'I do not know "tpo sogns". Nothing was done.',
      'Did you mean top-songs? Type help to see all commands.',
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
      'See help top-songs for its parameters.',
    ),
  },
  {
    name: 'busy',
    answer: failed(
      'busy',
      'Grace\'s etl (run 11) has been changing the warehouse for 2 min 4 s, now at "Stage songs". Nothing was done.',
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
    answer: whispered(
      '3 runs, newest first.',
      [
        {
          kind: 'table',
          title: 'Runs',
          columns: ['id', 'command', 'who', 'state', 'started', 'seconds'],
          formats: ['integer', 'text', 'text', 'text', 'time', 'seconds'],
          rows: [
            [12, 'top-songs n=20', 'Ada', 'complete', '2026-11-30T03:00:00.000Z', 0.2],
            [11, 'etl', 'Nightly load', 'error', '2026-11-30T02:00:00.000Z', 192],
            [10, 'etl', 'Grace', 'running', '2026-11-30T01:00:00.000Z', 7_204.1],
          ],
          total: 3,
          list: true,
          actions: [12, 11, 10].map((id) => press('Show', `runs ${id}`)),
        },
      ],
      [press('CSV', 'runs csv=yes')],
    ),
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
          remedy: 'Fix the line and load again.',
        },
      ],
      [press('Run again', 'run-again 11')],
    ),
  },
  {
    name: 'run-of-a-schedule',
    answer: whispered(
      'Run 57, schedule-run 3: error, 3 min 12 s.',
      [
        text(
          'Run 57, schedule-run 3: error, 3 min 12 s\nSchedule 3, due 30 Nov 2026, 03:00 UTC, for Grace, 30 Nov 2026, 03:00 UTC\nThe cluster cost $0.11 in that time.',
        ),
        {
          kind: 'table',
          title: 'Commands',
          columns: ['id', 'command', 'state', 'seconds'],
          formats: ['integer', 'text', 'text', 'seconds'],
          rows: [
            [58, 'etl', 'complete', 122.4],
            [59, 'qa part=checks', 'error', 69.1],
          ],
          total: 2,
        },
        { kind: 'failure', code: 'checks_red', message: '1 of 20 checks red.', remedy: '' },
      ],
      [press('Run again', 'run-again 57'), press('59: qa part=checks', 'runs 59'), press('58: etl', 'runs 58')],
    ),
  },
  {
    name: 'run-with-a-plan',
    answer: whispered('Run 60, spin-up: complete, 6 min 3 s.', [
      text(
        'Run 60, spin-up: complete, 6 min 3 s\nAsked by Grace, 30 Nov 2026, 09:00 UTC\nThe cluster cost $0.05 in that time.',
      ),
      text(
        'Spin up sparkify?\nRedshift ra3.large × 1, us-west-2\n$0.54 an hour (list price, March 2026) · lease 8 h: at most $4.34\nApproved by Ada, asked for by Grace',
      ),
    ]),
  },
  {
    name: 'doctor-red',
    answer: doctor([
      ['green', 'Slack token', '@sparkify in Sparkify', ''],
      ['green', 'Configuration', 'duckdb, home .sparkify', ''],
      [
        'warn',
        'Clock against Slack',
        "41 s behind Slack's",
        'Synchronise the clock of this machine (on Linux: timedatectl set-ntp true). Signatures are refused from 5 minutes on.',
      ],
      [
        'red',
        'Sources',
        's3://udacity-dend/log_data cannot be read: access denied',
        'Give the role s3:ListBucket on it.',
      ],
      ['green', 'Audit log', '1,234 entries, none missing', ''],
      [
        'red',
        'Schedule 3',
        'etl; qa in #music is suspended: I cannot post in #music (is_archived). Use another channel than #music, which is archived.',
        'Then run schedule resume 3, or schedule remove 3.',
      ],
    ]),
  },
  {
    name: 'doctor-green',
    answer: doctor([
      ['green', 'Configuration', 'duckdb, home .sparkify', ''],
      ['green', 'Ledger', 'reads and writes .sparkify/state.db', ''],
    ]),
  },
  {
    name: 'doctor-all',
    answer: doctor(
      [
        ['green', 'Ledger', 'reads and writes .sparkify/state.db', ''],
        ['warn', 'Disk', '1.9 GB free', 'Make room, or set SPARKIFY_HOME to a larger disk.'],
      ],
      true,
    ),
  },
]

function doctor(
  looks: readonly [state: Finding['state'], title: string, detail: string, remedy: string][],
  whole = false,
) {
  const found = looks.map(([state, title, detail, remedy]) => ({ title, finding: { state, detail, remedy } }))
  const { headline, replies = [], next = [], ok = true } = doctorAnswer(found, whole)
  return { ...whispered(headline, [...replies], [...next]), ok, exit: ok ? (0 as const) : (1 as const) }
}

import { linesGroup, type Reply, type TableReply, text } from '../../../src/core/reply.ts'
import { failed, fill, press, type Shown, whispered } from './shown.ts'

const made =
  'Schedule 1: etl; qa checks; pulse; top-songs last=whole-day, nightly at 02:30 (America/New_York) in #music.'
const add = fill('Add one…', 'schedule-add day=daily time=07:00')

function list(rows: TableReply['rows'], actions: NonNullable<TableReply['actions']>): TableReply {
  return {
    kind: 'table',
    title: 'Schedules',
    columns: ['id', 'lines', 'when', 'where', 'owner', 'state', 'next'],
    formats: ['integer', 'text', 'text', 'text', 'text', 'text', 'text'],
    rows,
    total: rows.length,
    list: true,
    actions,
  }
}

const example: Reply = {
  kind: 'menu',
  groups: [linesGroup('Add one', ['schedule add "top songs 10" daily at 07:00 in #music', 'schedule nightly'])],
}

export const schedules: readonly Shown[] = [
  {
    name: 'schedules',
    answer: whispered(
      '3 schedules.',
      [
        list(
          [
            [
              1,
              'etl; qa checks; pulse; top-songs last=whole-day',
              'nightly at 03:00 (Europe/London)',
              '#music',
              'Ada',
              'active',
              'Tue, 1 Dec 2026, 03:00 GMT (UTC+0)',
            ],
            [2, 'unmatched-songs 20', 'weekdays at 07:30 (Europe/London)', '#catalogue', 'Grace', 'suspended', null],
            [3, 'pulse last=7d', 'every 6h (UTC)', 'direct messages', 'Ada', 'paused', null],
          ],
          [
            press('Run now', 'schedule-run 1'),
            press('Resume', 'schedule-resume 2'),
            press('Resume', 'schedule-resume 3'),
          ],
        ),
        text(
          'Schedule 2 is suspended: I cannot post in #catalogue (is_archived). Use another channel than #catalogue, which is archived.',
          'warning',
        ),
        text(
          'Schedule 1: resumes a paused warehouse and pauses it again\nSchedule 2: posts when it has rows or fails',
          'note',
        ),
      ],
      [add, press('Export', 'schedule-export')],
    ),
  },
  {
    name: 'follow-list',
    answer: whispered(
      'You follow 2 commands (at most 10).',
      [
        {
          kind: 'table',
          title: 'What you follow',
          columns: ['id', 'command', 'when', 'state', 'next'],
          formats: ['id', 'text', 'text', 'text', 'time'],
          rows: [
            [4, 'top-songs', 'mondays at 09:00 (Europe/London)', 'active', '2026-12-07T09:00:00.000Z'],
            [5, 'pulse last=7d', 'daily at 09:00 (Europe/London)', 'suspended', null],
          ],
          total: 2,
          list: true,
          actions: [
            press('Stop', 'unfollow 4'),
            press('Resume', 'follow "pulse last=7d" daily at 09:00 tz=Europe/London'),
          ],
        },
        text('pulse last=7d is suspended: I cannot post in your direct messages.', 'warning'),
        text('Posted in your direct messages; those of the same time are one message.', 'note'),
      ],
      [fill('Follow another…', 'follow day=mondays time=09:00')],
    ),
  },
  {
    name: 'schedules-none',
    answer: whispered(
      'No schedules yet.',
      [text('No schedules yet.'), example],
      [press('Nightly', 'schedule-nightly'), add],
    ),
  },
  {
    name: 'schedule-made',
    answer: whispered(
      made,
      [
        text(made, 'good'),
        text(
          'Next times\n• Tue, 1 Dec 2026, 02:30 EST (UTC−5)\n• Wed, 2 Dec 2026, 02:30 EST (UTC−5)\n• Thu, 3 Dec 2026, 02:30 EST (UTC−5)',
        ),
        text(
          'Clocks change on 14 March 2027 (EDT): 02:30 in New York will be 06:30 UTC.\nOn 14 March 2027 there is no 02:30 in New York: it runs at 03:00.',
        ),
        text('Always posts · waits while the warehouse is paused · runs up to 6 h late if missed.', 'note'),
      ],
      [press('Run now', 'schedule-run 1'), press('All schedules', 'schedule')],
    ),
  },
  {
    name: 'schedule-exported',
    answer: whispered('2 lines to create 2 schedules again.', [
      text(
        'schedule add "etl; qa checks; pulse; top-songs last=whole-day" nightly at 03:00 in #music tz=Europe/London paused=resume\nschedule add "unmatched-songs 20" weekdays at 07:30 in #catalogue tz=Europe/London if=not-empty',
        'code',
      ),
      text('Running a line makes you its owner. A suspended schedule starts as an active one.', 'note'),
    ]),
  },
  {
    name: 'schedule-not-there',
    answer: failed(
      'slack',
      'I cannot post in #random (not_in_channel). Nothing was done.',
      'Type /invite @sparkify in #random. Then try again.',
    ),
  },
]

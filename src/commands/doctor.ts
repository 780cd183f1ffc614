import { z } from 'zod'
import { flag } from '../core/command/args.ts'
import { defineCommand } from '../core/command/define.ts'
import { doctorAnswer } from '../core/doctor/answer.ts'
import { budgetProbe } from '../core/doctor/budget.ts'
import { peopleProbes } from '../core/doctor/people.ts'
import { lookAt } from '../core/doctor/probe.ts'
import { recordProbe } from '../core/doctor/record.ts'
import { scheduleProbes } from '../core/doctor/schedules.ts'

export default defineCommand({
  name: 'doctor',
  summary:
    'Is everything set up: configuration, clocks, Slack, AWS, people, schedules, record; each fault with its cure',
  group: 'bot',
  role: 'viewer',
  effect: 'none',
  audience: 'asker',
  args: z.object({ all: flag({ about: 'also what is green, in a table', fallback: false }) }),
  examples: ['doctor', 'doctor all=yes'],
  async run({ all }, context) {
    const { deps, signal } = context
    const probes = [
      ...deps.probes(),
      recordProbe(deps),
      ...peopleProbes(context),
      budgetProbe(deps),
      ...(await scheduleProbes(context)),
    ]
    return doctorAnswer(await lookAt(probes, signal), all)
  },
})

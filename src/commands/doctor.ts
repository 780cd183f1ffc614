import { z } from 'zod'
import { flag } from '../core/command/args.ts'
import { defineCommand } from '../core/command/define.ts'
import { doctorAnswer } from '../core/doctor/doctor-answer.ts'
import { runProbes } from '../core/doctor/run-probes.ts'
import { scheduleProbes } from '../core/doctor/schedule-probes.ts'
import { budgetProbe, peopleProbes, recordProbe } from '../core/doctor/setup-probes.ts'

export default defineCommand({
  name: 'doctor',
  summary:
    'Checks the setup: configuration, clocks, Slack, AWS, people, schedules, audit log; shows a fix for each problem',
  group: 'bot',
  role: 'viewer',
  effect: 'none',
  audience: 'asker',
  args: z.object({ all: flag({ about: 'a table of all items, including those that are OK', fallback: false }) }),
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
    return doctorAnswer(await runProbes(probes, signal), all)
  },
})

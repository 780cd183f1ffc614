import { z } from 'zod'
import { flag } from '../core/command/args.ts'
import { defineCommand } from '../core/command/define.ts'
import type { Deps } from '../core/deps.ts'
import { doctorAnswer } from '../core/doctor/answer.ts'
import { budgetProbe } from '../core/doctor/budget.ts'
import { peopleProbes } from '../core/doctor/people.ts'
import { recordProbe } from '../core/doctor/record.ts'
import { scheduleProbes } from '../core/doctor/schedules.ts'
import { type Reply, text } from '../core/reply.ts'

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
    const looks = await Promise.all(
      probes.map(async (probe) => ({ title: probe.title, finding: await probe.look(signal) })),
    )
    const outcome = doctorAnswer(looks, all)
    return { ...outcome, replies: [...outcome.replies, ...(await unseenChannels(deps))] }
  },
})

/** What was not looked at, in one line: it is no fault, but no green either. */
async function unseenChannels({ ledger, outbox }: Deps): Promise<readonly Reply[]> {
  const schedules = await ledger.schedules.list()
  if (!schedules.some(({ state }) => state.kind === 'active') || !outbox.isBlind) return []
  const line = 'Whether schedules can be posted in their channels is looked at by the bot only: say doctor to it.'
  return [text(line, 'note')]
}

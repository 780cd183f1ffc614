import { z } from 'zod'
import { defineCommand } from '../core/command/define.ts'
import type { Finding, Probe } from '../core/ports/probe.ts'
import { type Reply, text } from '../core/reply.ts'

export default defineCommand({
  name: 'doctor',
  summary: 'Is everything set up: configuration, Slack, sources, disk, ledger; each line with its cure',
  group: 'bot',
  role: 'viewer',
  effect: 'none',
  audience: 'asker',
  args: z.object({}),
  examples: ['doctor'],
  async run(_args, { deps, signal }) {
    const findings = await Promise.all(
      deps.probes().map(async (probe) => ({ probe, finding: await probe.look(signal) })),
    )
    const red = findings.filter(({ finding }) => finding.state === 'red').length
    const warn = findings.filter(({ finding }) => finding.state === 'warn').length
    const headline =
      red + warn === 0
        ? `All ${findings.length} looks are green.`
        : `${red} of ${findings.length} red, ${warn} to be aware of.`
    return {
      headline,
      replies: [
        {
          kind: 'table',
          title: 'Doctor',
          columns: ['state', 'what', 'found', 'cure'],
          rows: findings.map(row),
          total: findings.length,
        },
        text(headline, red + warn === 0 ? 'good' : 'warning'),
        ...findings.filter(({ finding }) => finding.state !== 'green').map(inFull),
      ],
      ok: red === 0,
    }
  },
})

/** What is not green once more as text: a table cuts long cells, and a line of policy is to be copied. */
function inFull({ probe, finding }: { probe: Probe; finding: Finding }): Reply {
  return text([`${probe.title}: ${finding.detail}`, finding.cure].filter((line) => line !== '').join('\n'), 'plain')
}

function row({ probe, finding }: { probe: Probe; finding: Finding }): string[] {
  return [finding.state, probe.title, finding.detail, finding.cure === '' ? '–' : finding.cure]
}

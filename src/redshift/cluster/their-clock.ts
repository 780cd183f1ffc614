import { GetCallerIdentityCommand } from '@aws-sdk/client-sts'
import { z } from 'zod'
import type { Dated } from '../../core/doctor/skew.ts'
import type { Setting } from './setting.ts'

const responseSchema = z.object({ headers: z.object({ date: z.string().exactOptional() }) })

/**
 * What time it is at AWS, by the header of an answer of STS, which every principal may ask. A refusal tells it as well: AWS refuses
 * signatures of a clock that is wrong. Throws what the SDK throws where nothing answered.
 */
export async function theirClock({ clients, clock }: Pick<Setting, 'clients' | 'clock'>): Promise<Dated> {
  const answers: Dated[] = []
  const command = new GetCallerIdentityCommand()
  command.middlewareStack.add(
    (next) => async (args) => {
      const asked = clock.now()
      const result = await next(args)
      const { headers } = responseSchema.parse(result.response)
      answers.push({ asked, answered: clock.now(), date: headers.date ?? null })
      return result
    },
    // Below the reading of the answer, which throws where it is a refusal.
    { step: 'deserialize', priority: 'low' },
  )
  try {
    await clients.sts.send(command)
  } catch (error) {
    if (answers.length === 0) throw error
  }
  const [first] = answers
  if (first === undefined) throw new Error('STS answered without a response')
  return first
}

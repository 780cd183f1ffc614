import type { Command } from '../../src/core/command/define.ts'
import type { Fired } from '../../src/core/schedule/fire/fire.ts'
import { command, step, type TestProcess } from './core.ts'

/** Has a fire said again, as with the button under it, and gives what the bot then says for it. */
export async function sayAgain(bot: TestProcess, { run }: Pick<Fired, 'run'>): Promise<Fired> {
  const answer = await bot.say(`run-again ${run?.id}`)
  if (!answer.ok) throw new Error(answer.headline)
  const fires: Fired[] = []
  for (const fired of await bot.app.fireAsked()) fires.push(fired)
  const [fired] = fires
  if (fired === undefined) throw new Error('nothing was said again')
  return fired
}

/** A line of a fire in two steps that notes what it does in `order`; `act` is what it does besides. */
export function noting(
  name: string,
  order: string[],
  act: (() => Promise<void>) | undefined,
  said: Parameters<typeof command>[2] = {},
): Command {
  return command(
    name,
    async ({ perform }) => {
      await perform([step(`${name} begins`, () => order.push(`${name} begins`)), step(`${name} acts`, act)])
      order.push(name)
      return undefined
    },
    said,
  )
}

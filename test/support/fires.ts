import type { Fired } from '../../src/core/schedule/fire/fire.ts'
import type { TestProcess } from './core.ts'

/** Has a fire said again, as with the button under it, and gives what the bot then says for it. */
export async function sayAgain(bot: TestProcess, { run }: Pick<Fired, 'run'>): Promise<Fired> {
  const answer = await bot.say(`run-again ${run?.id}`)
  if (!answer.ok) throw new Error(answer.headline)
  const fires: Fired[] = []
  await bot.app.fireAsked(async (fired) => void fires.push(fired))
  const [fired] = fires
  if (fired === undefined) throw new Error('nothing was said again')
  return fired
}

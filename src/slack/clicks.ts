import type { Answer } from '../core/answer.ts'
import type { App, Click } from '../core/app.ts'
import { inBackground } from '../core/background.ts'
import type { Command } from '../core/command/define.ts'
import type { OpsError } from '../core/errors.ts'
import type { Asker } from '../core/people.ts'
import type { Ledger } from '../core/ports/ledger.ts'
import type { Log } from '../core/ports/log.ts'
import type { Watch } from '../core/runner/live-run.ts'
import type { Said } from './hear.ts'
import type { SlackPlace } from './place.ts'
import { presentEnded } from './present/index.ts'
import type { ResponseUrl } from './response-url.ts'

/** What the buttons of plans do. */
export interface Clicks {
  /** Carries out the plan of this id, and takes its buttons away; `typed` is the word that was typed for it. */
  confirm(id: string, typed: string | undefined, said: Said): Promise<void>
  /** Whether this person may confirm a plan now, before a word is asked of them; otherwise they are told why not. */
  mayConfirm(id: string, said: Said): Promise<boolean>
  /** Puts a plan away for good, and takes its buttons away. */
  reject(id: string, said: Said): Promise<void>
}

/** What clicks share with words. */
export interface ClickParts {
  readonly app: App
  readonly log: Log
  readonly plans: Ledger['plans']
  obstacle(command: Command | undefined, place: SlackPlace): Promise<OpsError | null>
  whisper(answer: Answer, said: Said): Promise<void>
  refuse(error: OpsError, said: Said): Promise<void>
  follow(
    said: Said,
    of: { readonly to: SlackPlace; readonly asker: Asker },
    act: (watch: Watch) => Promise<Answer | null>,
  ): Promise<void>
  track<T>(work: Promise<T>): Promise<T>
}

/** What the buttons of plans do in one process. */
export function createClicks(parts: ClickParts): Clicks {
  const { app, log, plans, obstacle, whisper, refuse, follow, track } = parts
  const clickOf = (plan: string, { who, place, delivery }: Said): Click => ({ plan, who, place, delivery })

  /**
   * Says in the message of a plan that is no card, through the response URL of the press, what became of it, and takes its buttons away. What
   * settles a card changes its message. Never throws: the plan is settled, and its message says so at the next click.
   */
  const replace = (id: string, responseUrl: ResponseUrl | undefined): Promise<void> =>
    inBackground({ log }, 'plan message', async () => {
      const plan = await plans.get(id)
      if (plan !== null && (plan.end === null || plan.post !== null)) return
      const message = presentEnded(plan)
      await responseUrl?.replace([message, { text: message.text, blocks: [] }])
    })

  /** Confirms, and takes the buttons away as soon as a run was opened, or the answer says why there is none. */
  const confirmed = async (id: string, typed: string | undefined, said: Said, watch: Watch): Promise<Answer | null> => {
    let refreshed: Promise<void> | undefined
    const refresh = (): Promise<void> => {
      refreshed ??= replace(id, said.responseUrl)
      return refreshed
    }
    const changed: Watch['changed'] = (run) => {
      void inBackground({ log }, 'plan message', refresh)
      watch.changed(run)
    }
    const answer = await app.confirm({ ...clickOf(id, said), typed, watch: { changed } })
    await refresh()
    return answer
  }

  return {
    async confirm(id, typed, said) {
      const plan = await plans.get(id)
      const to = plan?.place.kind === 'slack' ? plan.place : said.place
      const stopped = plan === null ? null : await obstacle(app.catalog.find(plan.command), to)
      if (stopped !== null) return refuse(stopped, said)
      const asker = plan?.asker ?? said.who
      await track(follow(said, { to, asker }, (watch) => confirmed(id, typed, said, watch)))
    },
    async mayConfirm(id, said) {
      const why = await app.whyNotConfirm(clickOf(id, said))
      if (why === null) return true
      await replace(id, said.responseUrl)
      await whisper(why, said)
      return false
    },
    reject(id, said) {
      const decide = async (): Promise<void> => {
        const answer = await app.reject(clickOf(id, said))
        if (answer === null) return
        await replace(id, said.responseUrl)
        if (!answer.ok) await whisper(answer, said)
      }
      return track(decide())
    },
  }
}

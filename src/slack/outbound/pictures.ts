import type { Answer } from '../../core/answer.ts'
import { cleanLine } from '../../core/format.ts'
import type { OutboxMessage, Sent } from '../../core/ports/outbox.ts'
import type { ChartReply } from '../../core/reply.ts'
import { fallbacksOf, presentAnswer, presentChart } from '../present/index.ts'
import { carriedOut, isContentRefusal, isGone, SlackBusy, SlackRefused } from '../slack-errors.ts'
import type { CarrierParts, There } from './carrier.ts'
import type { Fallbacks } from './fallbacks.ts'

/** The pictures of an answer whose message was accepted. */
interface PictureToPlace {
  readonly message: OutboxMessage
  readonly way: There
  readonly answer: Answer
  /** The place of the chart in the replies; the first of them where one message has them all. */
  readonly at: number
  readonly root: OutboxMessage
}

// Slack refuses a message with a picture that it is still processing (`invalid_blocks`): after 1, 2, 3, … s it is tried again. A response URL
// works five times: one for the answer, three for the picture, one for what Slack can draw.
const mostTries = 6
const ofReader = { mostTries: 3, pause: 3 } as const

interface Uploaded {
  /** By the place of their charts in the replies; null for one that could not be drawn or uploaded. */
  readonly files: ReadonlyMap<number, string | null>
  tries: number
}

/**
 * Draws pictures, uploads them, and places them: all by one edit of the answer's message, or each in a message of its own where the answer is
 * private, because Slack edits no such message: `reply` sends that one as it sent the answer. A chart that cannot be drawn or uploaded is
 * shown with what Slack has. `refusedFiles`: why Slack did not take files of an answer, by its key, which its message states by then.
 */
export function createPicturePlacer(
  parts: CarrierParts,
  reply: (root: OutboxMessage, way: There, fallbacks: Fallbacks) => Promise<Sent>,
  refusedFiles: ReadonlyMap<string, ReadonlyMap<number, string>>,
): (to: PictureToPlace) => Promise<Sent> {
  const { sender, budget, log, pictures } = parts
  // What is uploaded and not yet taken in a message, by the key of that. A new process uploads it again.
  const uploaded = new Map<string, Uploaded>()

  const uploadOne = async ({ message, way, answer }: PictureToPlace, chart: ChartReply): Promise<string | null> => {
    try {
      const png = (await pictures?.draw(chart)) ?? null
      if (png === null) return null
      const title = cleanLine(chart.title)
      return await sender.uploadPicture(way.place.channel, { filename: `${answer.run?.id ?? 'chart'}.png`, title, png })
    } catch (error) {
      const isPassing = error instanceof SlackBusy || (carriedOut(error) === 'no' && message.tries < mostTries)
      if (isPassing || !(error instanceof Error)) throw error
      log.error({ err: error, message: message.key }, 'a picture could not be drawn or uploaded')
      return null
    }
  }

  const upload = async (to: PictureToPlace, places: readonly number[]): Promise<Uploaded> => {
    const known = uploaded.get(to.message.key) ?? { files: new Map<number, string | null>(), tries: 0 }
    const files = new Map(known.files)
    const now = { files, tries: known.tries }
    uploaded.set(to.message.key, now)
    for (const at of places) {
      const chart = to.answer.replies[at]
      if (chart?.kind === 'chart' && !files.has(at)) files.set(at, await uploadOne(to, chart))
    }
    return now
  }

  /** Sends a message with the pictures, in this form alone; the same with what Slack has once it was refused too often. */
  const place = async (
    { message, way }: PictureToPlace,
    picture: Uploaded,
    send: (files: Uploaded['files']) => Promise<unknown>,
  ): Promise<void> => {
    try {
      await send(picture.files)
    } catch (error) {
      if (!isContentRefusal(error) || !hasPicture(picture.files)) throw error
      picture.tries++
      const { mostTries: most, pause } = way.kind === 'reader' ? ofReader : { mostTries, pause: 1 }
      if (picture.tries < most) throw new SlackBusy('a picture', picture.tries * pause * 1000)
      log.warn({ slack: error.code, why: error.messages }, 'Slack refused a picture; what Slack can draw follows')
      uploaded.delete(message.key)
      await send(new Map([...picture.files.keys()].map((at) => [at, null])))
    }
    uploaded.delete(message.key)
  }

  return async (to) => {
    const { way, answer, at, root } = to
    const chart = answer.replies[at]
    if (chart?.kind !== 'chart') return done
    const view = parts.view(way.who.name, way.place.direct)
    if (way.kind === 'reader') {
      await place(to, await upload(to, [at]), async (files) => {
        const file = files.get(at) ?? null
        const part = presentChart(chart, file === null ? { kind: 'none' } : { kind: 'drawn', file })
        if (part === null) return
        const fallbacks = fallbacksOf(chart.finding ?? chart.title, [part], { stated: true })
        await reply(root, way, file === null ? fallbacks : first(fallbacks, 0))
      })
      return { ...done, restMs }
    }
    const { post, level } = root
    if (post === null) return done
    const pictured = await upload(to, presentAnswer(answer, view).pictures)
    budget.count()
    try {
      await place(to, pictured, (files) => {
        const refused = refusedFiles.get(root.key)
        const { main } = presentAnswer(answer, view, { drawn: files, ...(refused === undefined ? {} : { refused }) })
        return hasPicture(files) ? sender.edit(post, first(main, level ?? 0)) : sender.edit(post, main, level ?? 0)
      })
    } catch (error) {
      if (!(error instanceof SlackRefused && isGone(error))) throw error
    }
    return { ...done, restMs }
  }
}

function hasPicture(files: Uploaded['files']): boolean {
  return [...files.values()].some((file) => file !== null)
}

/** One form of a message, so that a refusal of it is not answered with a simpler one. */
function first(fallbacks: Fallbacks, level: number): Fallbacks {
  return [fallbacks[Math.min(level, fallbacks.length - 1)] ?? fallbacks[0]]
}

// About one message a second in a channel (https://docs.slack.dev/apis/web-api/rate-limits).
const restMs = 1000

const done = { kind: 'sent', post: null, level: 0, followers: [], restMs: 0 } as const

import { copyFileSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { env } from 'node:process'
import { expect, it } from 'vitest'
import type { ChartReply } from '../../src/core/reply.ts'
import { pngOf, svgOf } from '../../src/pictures/draw.ts'
import type { Fallbacks } from '../../src/slack/outbound/fallbacks.ts'
import { presentAnswer } from '../../src/slack/present/index.ts'
import { type AnyBlock, homeViewSchema, messageBlockSchema, modalSchema } from '../../src/workspace/block-kit.ts'
import { channel } from '../support/core.ts'
import { createMonth } from '../support/generated.ts'
import { type Exhibit, gallery } from './answers.ts'
import { galleryPage, type Shown } from './page.ts'

const folder = join(import.meta.dirname, 'page')

/** Pictures that README shows, from the page; UPDATE_GALLERY=1 renews them. */
const inReadme = ['active-users', 'retention', 'upgrade-funnel']
const pictures = join(import.meta.dirname, '../../docs/pictures')

/** What people ask of a month, besides each query as it is. */
const others = [
  'pulse last=7d',
  'pulse last=14d compare=previous',
  'top-songs last=7d compare=previous',
  'top-songs since=2030-01-01',
  'result 4 source',
]

/** A message of words alone is shown as a section. */
function blocksOf([{ text, blocks }]: Fallbacks): readonly AnyBlock[] {
  const shown = blocks.length > 0 ? blocks : [{ type: 'section', text: { type: 'mrkdwn', text } }]
  return messageBlockSchema.array().parse(shown)
}

function shownOf(exhibit: Exhibit): Shown {
  const { name } = exhibit
  switch (exhibit.kind) {
    case 'answer':
      return { name, parts: [exhibit.main, ...exhibit.thread].map(blocksOf) }
    case 'run':
      return { name, parts: [blocksOf(exhibit.main)] }
    case 'message':
      return { name, parts: [blocksOf([exhibit.message])] }
    case 'modal':
      return { name, parts: [modalSchema.parse(exhibit.view).blocks] }
    case 'home':
      return { name, parts: [homeViewSchema.parse(exhibit.fallbacks[0]).blocks] }
  }
}

/** The answers to every query about a generated month, with notes on its days, as a channel sees them; and their pictures. */
async function answersOfAMonth() {
  const { bot, clock } = await createMonth()
  await bot.say('note 2018-11-08 "spring campaign"')
  await bot.say('note 2018-11-14..2018-11-18 "outage of the log shipping"')
  const lines = bot.deps.library.queries.map(({ name }) => name)
  const drawn = new Map<string, ChartReply>()
  const shown: Shown[] = []
  for (const line of [...lines, ...others]) {
    const answer = await bot.say(line, { place: channel })
    const name = line.replaceAll(/[ =]/g, '-')
    const view = { slash: '/sparkify', asker: 'Anna', direct: false, now: clock.now(), drawsPictures: true }
    const places = presentAnswer(answer, view).pictures
    const files = new Map<number, string | null>()
    for (const at of places) {
      const chart = answer.replies[at]
      const isDrawn = chart?.kind === 'chart' && svgOf(chart) !== null
      if (isDrawn) drawn.set(name, chart)
      files.set(at, isDrawn ? name : null)
    }
    const { main, thread } = presentAnswer(answer, view, { drawn: files })
    shown.push({ name, parts: [main, ...thread].map(blocksOf) })
  }
  return { shown, drawn }
}

it('every picture, table and card is on the gallery page, test/gallery/page/index.html', async () => {
  const { shown, drawn } = await answersOfAMonth()
  const messages = gallery.map(shownOf)
  const page = galleryPage([
    {
      title: 'Questions',
      about: 'Each query about a generated month, with two notes on its days, and what people ask besides.',
      shown,
    },
    { title: 'Messages', about: 'Every kind of message, card, form and tab in every state.', shown: messages },
  ])
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder)
  for (const [name, chart] of drawn) writeFileSync(join(folder, `${name}.png`), pngOf(chart) ?? '')
  writeFileSync(join(folder, 'index.html'), page)
  if (env['UPDATE_GALLERY'] !== undefined) {
    for (const name of inReadme) copyFileSync(join(folder, `${name}.png`), join(pictures, `${name}.png`))
  }
  expect([...page.matchAll(/<article class="shown" id="([^"]+)">/g)].map(([, id]) => id)).toEqual(
    [...shown, ...messages].map(({ name }) => name),
  )
  const images = [...page.matchAll(/<img src="([^"]+)"/g)].map(([, name]) => name)
  expect(images.toSorted()).toEqual([...drawn.keys()].map((name) => `${name}.png`).toSorted())
  expect(readdirSync(pictures).toSorted()).toEqual(inReadme.map((name) => `${name}.png`).toSorted())
})

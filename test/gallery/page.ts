import type { AnyBlock } from '../../src/workspace/block-kit.ts'
import { blockHtml } from '../../src/workspace/page/block-html.ts'
import { type Html, html } from '../../src/workspace/page/html.ts'
import { styleSheet } from '../../src/workspace/page/style.ts'

/** A message, form or tab on the page: its name, and the blocks of its main part and of its thread. */
export interface Shown {
  readonly name: string
  readonly parts: readonly (readonly AnyBlock[])[]
}

/** A part of the page. */
export interface Section {
  readonly title: string
  readonly about: string
  readonly shown: readonly Shown[]
}

const reader = {
  tz: 'UTC',
  now: new Date('2026-11-30T03:05:00.000Z'),
  userName: (id: string) => id,
  channelName: (id: string) => id,
}
const choice = { channels: [], current: undefined }

const ownStyle = `
:root:has(#dark:checked) { color-scheme: dark } :root:has(#light:checked) { color-scheme: light }
body { display: block; height: auto; max-width: 52rem; margin: 0 auto; padding: 1rem }
:root:has(#phone:checked) body { max-width: 390px }
.looks { position: sticky; top: 0; z-index: 2; background: var(--paper); padding: .5rem 0; display: flex; gap: 1rem; border-bottom: 1px solid var(--line) }
.shown { padding: 1rem 0; border-bottom: 1px solid var(--line) } .shown > h3 { font: .8rem var(--mono); color: var(--soft); margin: 0 0 .5rem }
.shown .body + .body { margin: .6rem 0 0 1.5rem }
@media (max-width: 760px) { body { display: block } }
`

/** The page of everything that the bot posts, as the local workspace shows it: in the light, in the dark, and at the width of a phone. */
export function galleryPage(sections: readonly Section[]): string {
  const looks = [
    ['light', 'scheme', 'Light', true],
    ['dark', 'scheme', 'Dark', false],
    ['desktop', 'width', 'Desktop', true],
    ['phone', 'width', 'Phone', false],
  ] as const
  const switches = looks.map(
    ([id, name, label, on]) =>
      html`<label><input type="radio" id="${id}" name="${name}"${on && html` checked`}> ${label}</label>`,
  )
  const body = html`<h1>What the bot posts</h1>
<p>Every picture, table and card, made by <code>npx vitest run test/gallery/page.test.ts</code>.</p>
<div class="looks">${switches}</div>
${sections.map(sectionHtml)}`
  const markup = body.markup.replaceAll(/\/files\/([\w-]+)\/picture\.png/g, '$1.png')
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Gallery · Sparkify</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><style>${styleSheet}${ownStyle}</style></head>
<body>${markup}</body></html>
`
}

function sectionHtml({ title, about, shown }: Section): Html {
  return html`<h2>${title}</h2>
<p>${about}</p>
${shown.map(
  ({ name, parts }) => html`<article class="shown" id="${name}"><h3>${name}</h3>
${parts.map((blocks) => html`<div class="body">${blocks.map((block) => blockHtml(block, reader, choice))}</div>`)}</article>
`,
)}`
}

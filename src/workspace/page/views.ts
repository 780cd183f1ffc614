import type { HomeTab } from '../entries.ts'
import { bot } from '../people.ts'
import type { View } from '../state.ts'
import { type Html, html } from './html.ts'

/** A modal as the dialog that the page's script shows, with its blocks in it. */
export function modalDialog({ id, modal: { title, submit, close } }: View, blocks: readonly Html[]): Html {
  return html`<dialog class="dialog modal" data-view="${id}" aria-labelledby="title-${id}"><form>
<h2 id="title-${id}">${title.text}</h2><div class="modal-body">${blocks}</div><p class="error" role="alert"></p>
<footer><button type="button" class="button" data-dismiss>${close?.text ?? 'Cancel'}</button>
${submit && html`<button type="submit" class="button primary">${submit.text}</button>`}</footer></form></dialog>`
}

// What Slack shows until the app has published something (https://github.com/slackapi/bolt-js/issues/1948).
const nothingYet = html`<div class="block nothing" id="home-nothing"><h2>This is still a work in progress</h2>
<p>${bot.realName} has not published anything here yet.</p></div>`

/** The Home tab, each of its blocks in an element of its own: the page's script exchanges those that change. */
export function homeList(tab: HomeTab | undefined, shown: (block: HomeTab['home']['blocks'][number]) => Html): Html {
  const blocks = tab?.home.blocks.map(
    (each) => html`<div class="block" data-type="${each.type}" id="home-${each.block_id}">${shown(each)}</div>`,
  )
  return html`<div class="home" data-list="home" data-home="${tab?.id}" role="region" aria-label="Home of ${bot.realName}" tabindex="0">
${blocks ?? nothingYet}</div>`
}

/** The page's style sheet. A module, because the compiler copies nothing else to `dist`. */
export const styleSheet = `
:root { color-scheme: light dark; --ink: light-dark(#1d1c1d, #e6e7e9); --soft: light-dark(#616061, #a3a6ab); --line: light-dark(#e4e4e7, #33363b);
  --paper: light-dark(#fff, #1a1d21); --raised: light-dark(#f7f7f9, #22262b); --edge: light-dark(#b9b9c0, #565a61); --accent: light-dark(#1264a3, #4aa3e0);
  --side: light-dark(#35203d, #17131a); --good: light-dark(#007a5a, #2bac76); --bad: light-dark(#c01343, #f2677f); --mono: ui-monospace, 'SF Mono', Menlo, Consolas, monospace }
* { box-sizing: border-box } figure { margin: 0 } [hidden] { display: none !important }
body { margin: 0; height: 100dvh; display: grid; grid-template-columns: 15rem minmax(0, 1fr); background: var(--paper); color: var(--ink);
  font: 15px/1.47 system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif }
body:has(> .thread) { grid-template-columns: 15rem minmax(0, 1fr) minmax(20rem, 26rem) }
a { color: var(--accent) } :focus-visible { outline: 2px solid var(--accent); outline-offset: 1px }
.unseen:not(:focus) { position: absolute; width: 1px; height: 1px; margin: -1px; padding: 0; overflow: hidden; clip-path: inset(50%); white-space: nowrap }
.skip:focus { position: absolute; left: 1rem; top: .5rem; z-index: 3; background: var(--paper); padding: .25rem .75rem }

.sidebar { background: var(--side); color: #d8cfdd; padding: .9rem .6rem; display: flex; flex-direction: column; overflow: auto }
.brand { font-size: 1.05rem; font-weight: 700; color: #fff; margin: 0 .6rem 1rem } .brand small { font-weight: 400; font-size: .72rem; opacity: .7; margin-left: .3rem }
.sidebar h2 { font-size: .78rem; font-weight: 500; opacity: .75; margin: .8rem .6rem .25rem } .sidebar ul { list-style: none; margin: 0; padding: 0 }
.sidebar a { display: block; padding: .22rem .6rem; border-radius: 6px; color: inherit; text-decoration: none; white-space: nowrap } .sidebar a:hover { background: #ffffff1a }
.sidebar a.unread { font-weight: 700; color: #fff } .sidebar a[aria-current] { background: #ffffff2e; color: #fff; font-weight: 400 }
.who { margin-top: auto; padding: .8rem .6rem .2rem; font-size: .78rem }
.who select { display: block; width: 100%; margin-top: .3rem; padding: .35rem; font: inherit; font-size: .9rem; border: 0; border-radius: 6px; background: #ffffff24; color: #fff }
.who option { background: var(--paper); color: var(--ink) }

main, .thread { display: flex; flex-direction: column; min-width: 0; min-height: 0 } .thread { border-left: 1px solid var(--line) }
main > header, .thread > header { padding: .75rem 1.25rem; border-bottom: 1px solid var(--line); display: flex; gap: .9rem; align-items: baseline }
.thread > header { justify-content: space-between; padding-block: .52rem; align-items: center }
main > header h1, .thread > header h2 { font-size: 1.05rem; margin: 0; white-space: nowrap }
main > header p { margin: 0; color: var(--soft); font-size: .85rem; overflow: hidden; text-overflow: ellipsis; white-space: nowrap }
.banner, .connection { margin: 0; padding: .4rem 1.25rem; font-size: .85rem; background: var(--raised); color: var(--soft); border-bottom: 1px solid var(--line) }
.connection { color: light-dark(#8a6100, #e0b04a); font-weight: 600 }
.messages { flex: 1; list-style: none; margin: 0; padding: .5rem 0 1rem; overflow: auto; overscroll-behavior: contain }
main > .messages { display: flex; flex-direction: column } main > .messages > :first-child { margin-top: auto }
.hint { margin: .25rem 1.25rem .75rem; color: var(--soft); font-size: .88rem } .hint:empty { display: none } 

.message { display: flex; flex-wrap: wrap; gap: .65rem; padding: .4rem 1.25rem; position: relative } .message:hover { background: var(--raised) }
.message.new-day::before { content: attr(data-day); flex: 1 0 100%; text-align: center; font-size: .78rem; font-weight: 600; color: var(--soft); padding: .4rem 0 .5rem }
.avatar { flex: none; width: 36px; height: 36px; border-radius: 8px; display: grid; place-items: center; font-weight: 700; color: #fff; background: #5b6b7f }
.bot > .avatar { background: linear-gradient(140deg, #7c3f8f, #3f2a6b); font-size: 1.2rem }
.message[data-author^=U0ADA] > .avatar { background: #9a4d2e } .message[data-author^=U0OTTO] > .avatar { background: #2c6e63 }
.content { flex: 1; min-width: 0; text-wrap: pretty } .content > header { display: flex; flex-wrap: wrap; align-items: baseline; gap: .45rem; line-height: 1.3 }
.content time, .only-you, .answers { font-size: .76rem; color: var(--soft) } .body time { font: inherit; color: inherit } .only-you::before, .answers::before { content: '◦ ' } .answers { max-width: 100%; overflow: hidden; text-overflow: ellipsis; white-space: nowrap }
.badge { font-size: .64rem; text-transform: uppercase; letter-spacing: .03em; padding: .05rem .28rem; border-radius: 3px; background: var(--line); color: var(--soft) }
.ephemeral { --paper: light-dark(#fdf9ef, #23211b); background: var(--paper) }
.replies { display: inline-block; font-size: .82rem; margin-top: .15rem; text-decoration: none } .replies:hover { text-decoration: underline }
.replies.none { position: absolute; right: 1.25rem; top: .3rem; padding: .1rem .5rem; border: 1px solid var(--line); border-radius: 6px; background: var(--paper); opacity: 0 }
.message:hover > .content > .replies.none, .replies.none:focus { opacity: 1 }
.body { overflow-wrap: anywhere } .body > * + * { margin-top: .4rem } .plain { margin: 0; white-space: pre-wrap }

.rich-text { max-width: 44rem } .rich-text > * { margin: 0; white-space: pre-wrap } .rich-text > * + * { margin-top: .25rem } .rich-text :is(ul, ol) { padding-left: 1.5rem }
.rich-text pre { padding: .5rem .7rem; border: 1px solid var(--line); border-radius: 6px; background: var(--raised); font: .82rem/1.5 var(--mono); white-space: pre; overflow-x: auto }
.rich-text blockquote { border-left: 4px solid var(--edge); padding-left: .75rem } code { font: .86em var(--mono) }
.rich-text code { padding: .08em .3em; border: 1px solid var(--line); border-radius: 4px; color: light-dark(#b3154d, #f0a6bd) }
.body > h2, .block > h2 { font-size: 1.1rem; font-weight: 700; margin: 0 } hr { border: 0; border-top: 1px solid var(--line); margin: .5rem 0 }
.chart { border: 1px solid var(--line); border-radius: 10px; padding: .7rem .9rem; max-width: 44rem } .chart figcaption { font-weight: 600; margin-bottom: .4rem } .chart .scroll { border: 0; border-radius: 0; width: auto }
.chart svg { display: block; height: auto } .chart .axes { width: 100%; min-width: 30rem } .chart text { font-size: 12px; fill: var(--soft) } .chart .category { fill: var(--ink) } .chart .grid { stroke: var(--line) }
.chart [class^=series-] { fill: var(--series) } .chart .line { fill: none; stroke: var(--series); stroke-width: 2 } .chart .area { fill: var(--series); opacity: .25 }
.legend { list-style: none; margin: .4rem 0 0; padding: 0; display: flex; flex-wrap: wrap; gap: .2rem 1rem; font-size: .85rem } .swatch { display: inline-block; width: .75rem; height: .75rem; border-radius: 3px; margin-right: .4rem; background: var(--series) }
.series-0 { --series: light-dark(#1264a3, #58b0ea) } .series-1 { --series: light-dark(#c2410c, #f0a35e) } .series-2 { --series: light-dark(#007a5a, #3fbf8b) }
.series-3 { --series: light-dark(#7c3f8f, #c58fe0) } .series-4 { --series: light-dark(#8a6100, #d9b84a) } .series-5 { --series: light-dark(#c01343, #f2879b) }
.rich-text .mention { color: var(--accent); background: color-mix(in srgb, var(--accent) 12%, transparent); border-radius: 3px; padding: 0 .15em; display: inline-block }
.section { display: flex; gap: 1rem; align-items: start; justify-content: space-between; max-width: 44rem } .section-text { min-width: 0; flex: 1 }
.context { font-size: .82rem; color: var(--soft); display: flex; flex-wrap: wrap; gap: .1rem .9rem }
.actions { display: flex; flex-wrap: wrap; gap: .5rem; padding: .15rem 0 }
.button { font: inherit; font-size: .88rem; font-weight: 600; padding: .32rem .8rem; border: 1px solid var(--edge); border-radius: 7px; background: var(--paper); color: var(--ink); cursor: pointer; text-decoration: none }
.button:hover:not(:disabled) { background: var(--raised) } .button:disabled, .button[aria-busy] { opacity: .55; cursor: default }
.button.primary { background: #007a5a; border-color: #007a5a; color: #fff } .button.primary:hover:not(:disabled) { background: #00684d }
.button.danger { background: #c01343; border-color: #c01343; color: #fff } .button.danger:hover:not(:disabled) { background: #a30f38 }

.plan { border: 1px solid var(--line); border-radius: 10px; padding: .55rem .9rem; max-width: 40rem } .plan summary { cursor: pointer; font-weight: 600 }
.plan summary small { color: var(--soft); font-weight: 400; margin-left: .4rem } .plan ol, ol.plan { list-style: none; margin: .4rem 0 0; padding-left: .1rem }
.task { display: flex; gap: .6rem; padding: .16rem 0 } .task > div { flex: 1; min-width: 0; display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 1rem }
.task .rich-text { width: auto; font-size: .85rem; color: var(--soft) } .in_progress .task-title { font-weight: 600 } .pending { color: var(--soft) }
.mark { flex: none; width: 1.1rem; text-align: center; color: var(--soft) } .complete > .mark { color: var(--good) } .task.error > .mark { color: var(--bad) }
.in_progress > .mark { color: var(--accent); animation: beat 1.4s ease-in-out infinite } @keyframes beat { 50% { opacity: .35 } }
@media (prefers-reduced-motion: reduce) { * { animation: none !important } }
.scroll { overflow-x: auto; border: 1px solid var(--line); border-radius: 10px; width: fit-content; max-width: 100% }
table { border-collapse: collapse; font-size: .88rem; overflow-wrap: normal } caption { text-align: left; padding: .5rem .8rem .3rem; font-weight: 600 }
td, th { padding: .34rem .8rem; text-align: left; font-weight: 400; border-top: 1px solid var(--line) } thead th { background: var(--raised); font-weight: 600; border-top: 0 }
.right { text-align: right; font-variant-numeric: tabular-nums } .right, .short, td .button { white-space: nowrap } .long { min-width: 9rem } .center { text-align: center }
th button { all: unset; cursor: pointer } th button:focus-visible { outline: 2px solid var(--accent) }
[aria-sort=ascending] button::after { content: ' ↑' } [aria-sort=descending] button::after { content: ' ↓' }
.pages { display: flex; align-items: center; gap: .7rem; padding-top: .45rem; font-size: .84rem; color: var(--soft) } .pages:empty { display: none } .pages .button { padding: .12rem .6rem; font-size: .82rem }
.file { display: flex; gap: .7rem; align-items: baseline; border: 1px solid var(--line); border-radius: 10px; padding: .5rem .9rem; text-decoration: none; width: fit-content } .file small { color: var(--soft) }

main > header:has(.tabs) { padding-bottom: 0; flex-direction: column; gap: .3rem } .tabs { display: flex; gap: 1.2rem }
.tabs a { padding: .1rem .1rem .4rem; border-bottom: 2px solid transparent; font-size: .88rem; color: var(--soft); text-decoration: none } .tabs a:hover { color: var(--ink) }
.tabs a[aria-current] { color: var(--ink); font-weight: 600; border-color: var(--accent) } .tabs a.unread { color: var(--ink); font-weight: 700 } .tabs a.unread::after { content: ' ●'; color: var(--accent); font-size: .6em; vertical-align: .25em }
.home { flex: 1; overflow: auto; overscroll-behavior: contain; overflow-wrap: anywhere; padding: 1.25rem 1.25rem 2.5rem } .home > .block { max-width: 46rem; margin-inline: auto } .home > .block + .block { margin-top: .6rem }
.home > [data-type=header]:not(:first-child) { margin-top: 1.4rem } .home > [data-type=divider] + [data-type=header] { margin-top: .6rem } .home .section, .home .rich-text { max-width: none }
.nothing { text-align: center; color: var(--soft); padding-top: 18vh } .nothing h2 { font-size: 1.15rem; color: var(--ink); margin: 0 0 .3rem } .nothing p { margin: 0 }
.image { border: 1px dashed var(--edge); border-radius: 10px; padding: .7rem .9rem; color: var(--soft) } .image figcaption { font-weight: 600; color: var(--ink) }
.picture { margin: .3rem 0 } .picture figcaption { font-weight: 600; margin-bottom: .3rem } .picture img { display: block; max-width: min(100%, 640px); height: auto; border-radius: 8px }
.overflow { appearance: none; width: 2.6rem; padding-inline: 0; text-align: center; text-align-last: center; field-sizing: content } .overflow option { text-align: left }

.below { position: relative; height: 0; z-index: 1 } .jump { position: absolute; bottom: .5rem; left: 50%; transform: translateX(-50%); border-radius: 99px; box-shadow: 0 2px 10px #0003; white-space: nowrap }
.progress { margin: .1rem 1.25rem; font-size: .82rem; color: var(--soft) } .progress::before { content: ''; display: inline-block; width: .7em; height: .7em; margin-right: .5em; border-radius: 50%; background: var(--accent); animation: beat 1.4s ease-in-out infinite }
.composer { position: relative; display: flex; gap: .5rem; align-items: end; margin: .3rem 1.25rem 1.1rem; padding: .4rem .4rem .4rem .8rem; border: 1px solid var(--edge); border-radius: 10px }
.composer:focus-within { border-color: var(--accent); box-shadow: 0 0 0 3px color-mix(in srgb, var(--accent) 18%, transparent) }
.composer textarea { flex: 1; min-width: 0; border: 0; outline: 0; resize: none; background: none; color: inherit; font: inherit; padding: .28rem 0; max-height: 10rem; field-sizing: content }
.suggestions { position: absolute; left: -1px; right: -1px; bottom: calc(100% + .3rem); z-index: 2; margin: 0; padding: .3rem; list-style: none; max-height: min(18rem, 45vh); overflow: auto; border: 1px solid var(--edge); border-radius: 10px; background: var(--paper); box-shadow: 0 6px 24px #0003 }
.suggestions li { padding: .3rem .6rem; border-radius: 6px; cursor: pointer; overflow: hidden; text-overflow: ellipsis; white-space: nowrap } .suggestions small { color: var(--soft); margin-left: .4rem }
.suggestions li:is(:hover, [aria-selected=true]) { background: var(--raised) } .suggestions li[aria-selected=true] { outline: 2px solid var(--accent); outline-offset: -2px }
.dialog { border: 0; border-radius: 14px; padding: 0; width: min(32rem, calc(100vw - 2rem)); background: var(--paper); color: var(--ink); box-shadow: 0 18px 60px #0006 } .dialog::backdrop { background: #0007 }
.dialog form { padding: 1.25rem 1.5rem; display: flex; flex-direction: column; gap: .8rem; max-height: calc(100dvh - 2rem) } .dialog[open] { max-height: none; overflow: hidden } .dialog h2 { margin: 0; font-size: 1.2rem } .dialog p { margin: 0; white-space: pre-line }
.dialog footer { display: flex; justify-content: flex-end; gap: .6rem; padding-top: .3rem } .modal-body { display: grid; gap: .9rem; overflow-y: auto; min-height: 0; margin-inline: -.25rem; padding: .25rem }
.field label { display: block; font-weight: 600; margin-bottom: .3rem } .field small { font-weight: 400; color: var(--soft) }
.field :is(input, textarea, select) { width: 100%; font: inherit; padding: .45rem .7rem; border: 1px solid var(--edge); border-radius: 8px; background: var(--paper); color: inherit }
.field [aria-invalid=true] { border-color: var(--bad) } .field .help { font-size: .82rem; color: var(--soft); margin: .25rem 0 0 } .dialog .error { color: var(--bad) } .error:empty { display: none }

@media (max-width: 760px) {
  body, body:has(> .thread) { display: flex; flex-direction: column } main { flex: 1 } .thread { position: fixed; inset: 0; z-index: 2; background: var(--paper); border: 0 }
  .sidebar { flex: none; flex-flow: row wrap; align-items: center; gap: .2rem; padding: .4rem .6rem } .sidebar :is(.brand, h2) { display: none } .sidebar ul { display: flex; flex-wrap: wrap } .sidebar a { padding-inline: .45rem; font-size: .88rem }
  .who { margin: 0 0 0 auto; padding: 0; display: flex; align-items: center; gap: .4rem } .who select { font-size: .85rem; width: auto; margin: 0 }
  .scroll > table { border-collapse: separate; border-spacing: 0 } .scroll > table tr > :first-child { position: sticky; left: 0; z-index: 1; max-width: 45vw; background: var(--paper); border-right: 1px solid var(--line) } .scroll > table tr > .short:first-child { max-width: none } .scroll > table thead tr > :first-child { background: var(--raised) }
  .message { padding-inline: .8rem } .composer { margin: .3rem .6rem .6rem } main > header, .banner { padding: .5rem .8rem } .hint { margin-inline: .8rem }
}
@media (hover: none) { .replies.none { position: static; opacity: 1; border: 0; padding: 0 } }
`

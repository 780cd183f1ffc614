import { bot } from './people.ts'
import type { State } from './state.ts'

/**
 * What a person typed as Slack's client sends it: `&`, `<`, `>` escaped; known `@people` and `#channels` as ids, links in angle brackets.
 * In slash commands people carry their name too (`should_escape`, https://docs.slack.dev/interactivity/implementing-slash-commands).
 */
export function escapeTyped(words: string, state: State, inCommand: boolean): string {
  const people = [...state.personas, bot]
  return words
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/(?<=^|[\s(])@([\w.-]+)/g, (typed, name: string) => {
      if (['here', 'channel', 'everyone'].includes(name)) return `<!${name}>`
      const person = people.find((each) => each.name === name.toLowerCase())
      if (person === undefined) return typed
      return inCommand ? `<@${person.id}|${person.name}>` : `<@${person.id}>`
    })
    .replace(/(?<=^|[\s(])#([\w-]+)/g, (typed, name: string) => {
      const channel = state.channels().find((each) => each.partner === undefined && each.name === name.toLowerCase())
      return channel === undefined ? typed : `<#${channel.id}|${channel.name}>`
    })
    .replace(/https?:\/\/[^\s<>|]+/g, (link) => `<${link}>`)
}

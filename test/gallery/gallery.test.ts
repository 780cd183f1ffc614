import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { env } from 'node:process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { refusalsOf, refusalsOfHome, refusalsOfLadder, refusalsOfModal } from '../slack/present/refusals.ts'
import { type Exhibit, gallery } from './answers.ts'

const folder = fileURLToPath(new URL('.', import.meta.url))
const update = env['UPDATE_GALLERY'] !== undefined

function refusals(exhibit: Exhibit): readonly string[] {
  switch (exhibit.kind) {
    case 'answer':
      return [exhibit.main, ...exhibit.thread].flatMap(refusalsOfLadder)
    case 'run':
      return refusalsOfLadder(exhibit.main)
    case 'message':
      return refusalsOf(exhibit.message)
    case 'modal':
      return refusalsOfModal(exhibit.view)
    case 'home':
      return exhibit.fallbacks.flatMap(refusalsOfHome)
  }
}

describe('the gallery', () => {
  it.each(gallery.map((exhibit) => [exhibit.name, exhibit] as const))(
    '%s is what it was, or UPDATE_GALLERY=1 says otherwise',
    (name, exhibit) => {
      const file = `${folder}${name}.json`
      const payload = `${JSON.stringify(exhibit, null, 2)}\n`
      if (update) writeFileSync(file, payload)
      expect(existsSync(file), `${name}.json is new: run with UPDATE_GALLERY=1`).toBe(true)
      expect(JSON.parse(payload)).toEqual(JSON.parse(readFileSync(file, 'utf8')))
    },
  )

  it.each(gallery.map((exhibit) => [exhibit.name, exhibit] as const))('%s is taken by Slack', (_, exhibit) => {
    expect(refusals(exhibit)).toEqual([])
  })

  it('holds no file of a message that is no more', () => {
    const files = readdirSync(folder).filter((file) => file.endsWith('.json'))
    expect(files.toSorted()).toEqual(gallery.map(({ name }) => `${name}.json`).toSorted())
  })

  it('names every exhibit once', () => {
    expect(new Set(gallery.map(({ name }) => name)).size).toBe(gallery.length)
  })
})

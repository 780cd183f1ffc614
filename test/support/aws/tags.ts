import type { ConditionContext } from './iam/conditions.ts'
import { list, type XmlList } from './wire/xml.ts'

/** Tags as XML, each element called `item`. */
export function tagList(item: string, tags: ReadonlyMap<string, string>): XmlList {
  return list(
    item,
    [...tags].map(([Key, Value]) => ({ Key, Value })),
  )
}

/** The condition keys of tags in a request. */
export function requestTagContext(tags: ReadonlyMap<string, string>): ConditionContext {
  if (tags.size === 0) return {}
  const each = [...tags].map(([key, value]) => [`aws:RequestTag/${key}`, value] as const)
  return { ...Object.fromEntries(each), 'aws:TagKeys': [...tags.keys()] }
}

/** The condition keys of the tags on a resource. */
export function resourceTagContext(tags: ReadonlyMap<string, string>): ConditionContext {
  return Object.fromEntries([...tags].map(([key, value]) => [`aws:ResourceTag/${key}`, value]))
}

import { AwsError } from '../error.ts'
import type { QueryAction } from '../services.ts'
import { requestTagContext } from '../tags.ts'
import { optional, required, strings, tags } from '../wire/query.ts'
import { list } from '../wire/xml.ts'
import type { World } from '../world.ts'
import { clustersIn } from './cluster.ts'
import { snapshotsIn } from './snapshot.ts'

type Tagged = { readonly name: string; readonly type: string; readonly tags: Map<string, string> }

const createTags: QueryAction = ({ world, form, caller }) => {
  const name = required(form, 'ResourceName')
  const given = tags(form)
  caller.allow('redshift:CreateTags', name, requestTagContext(given))
  const resource = resourceNamed(world, caller.region, name)
  for (const [key, value] of given) resource.tags.set(key, value)
  return undefined
}

const deleteTags: QueryAction = ({ world, form, caller }) => {
  const name = required(form, 'ResourceName')
  caller.allow('redshift:DeleteTags', name)
  const resource = resourceNamed(world, caller.region, name)
  for (const key of strings(form, 'TagKeys')) resource.tags.delete(key)
  return undefined
}

const describeTags: QueryAction = ({ world, form, caller }) => {
  const name = optional(form, 'ResourceName')
  caller.allow('redshift:DescribeTags', name ?? '*')
  const resources = name === undefined ? taggable(world, caller.region) : [resourceNamed(world, caller.region, name)]
  const each = resources.flatMap((resource) =>
    [...resource.tags].map(([Key, Value]) => ({
      Tag: { Key, Value },
      ResourceName: resource.name,
      ResourceType: resource.type,
    })),
  )
  return { TaggedResources: list('TaggedResource', each) }
}

/** The operations on tags. A resource is named by its ARN. */
export const taggingActions: Readonly<Record<string, QueryAction>> = {
  CreateTags: createTags,
  DeleteTags: deleteTags,
  DescribeTags: describeTags,
}

function resourceNamed(world: World, region: string, name: string): Tagged {
  const found = taggable(world, region).find((resource) => resource.name === name)
  if (found === undefined) throw new AwsError('ResourceNotFoundFault', `Resource not found: ${name}`, 404)
  return found
}

function taggable(world: World, region: string): readonly Tagged[] {
  const clusters = clustersIn(world, region).map((cluster) => ({
    name: world.arns.cluster(region, cluster.identifier),
    type: 'cluster',
    tags: cluster.tags,
  }))
  const snapshots = snapshotsIn(world, region).map((snapshot) => ({
    name: world.arns.snapshot(region, snapshot.cluster, snapshot.identifier),
    type: 'snapshot',
    tags: snapshot.tags,
  }))
  return [...clusters, ...snapshots]
}

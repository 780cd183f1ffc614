/**
 * A picture has a queue of its own: Slack may refuse it for seconds while it is processed, and nothing of its conversation waits for that. The
 * others are in the queue of their conversation, or of one reader in it.
 */
export const pictureQueue: readonly string[] = [
  'drop index messages_in_order',
  'alter table messages drop column queue',
  `alter table messages add column queue text generated always as (case
      when content ->> '$.kind' = 'heartbeat' or content ->> '$.part.kind' = 'picture' then key
      when ways ->> ('$[' || way || '].kind') = 'admins' then 'admins'
      when ways ->> ('$[' || way || '].kind') = 'reader' and not ways ->> ('$[' || way || '].place.direct') then
        ways ->> ('$[' || way || '].place.channel') || ' ' || (ways ->> ('$[' || way || '].who.id'))
      else ways ->> ('$[' || way || '].place.channel')
    end) virtual`,
  `create index messages_in_order on messages (queue, id) where state = 'pending'`,
]

/** A heartbeat notes the uptime of its machine, which no set clock changes. */
export const uptime: readonly string[] = [
  'alter table processes add column boot text',
  'alter table processes add column uptime_ms integer',
]

/*
 * What was still to be posted becomes messages: the ends of attempts that their readers had not got, what had become of schedules, and news
 * that is posted once. Where the message of a run stands is kept with that message.
 */

const slack = `attempts.place ->> '$.kind' = 'slack'`
const conversation = `json_object('kind', 'conversation', 'place', json(attempts.place), 'who', json(attempts."by"))`
const reader = `json_object('kind', 'reader', 'place', json(attempts.place), 'who', json(attempts."by"))`
const admins = `json_object('kind', 'admins', 'besides', null)`
const to = (kind: 'conversation' | 'reader', who: string): string =>
  `json_object('kind', '${kind}', 'place', json_object('kind', 'slack', 'channel', ${who} ->> '$.id', 'direct', json('true')), 'who', json(${who}))`
const directly = to('reader', 'attempts."by"')
const isPerson = `attempts."by" ->> '$.kind' = 'slack'`
const after = (days: number, time: string): string => `strftime('%Y-%m-%dT%H:%M:%fZ', ${time}, '+${days} days')`
const ended = 'coalesce(ended, started)'
const told = `notes.value ->> '$.at'`
const long = `'2000-01-01T00:00:00.000Z'`

const waysOfRun = `case
    when not (${isPerson}) then json_array(${conversation}, ${admins})
    when runs.schedule is not null then json_array(${conversation}, ${directly})
    when attempts.post is null and attempts.answer ->> '$.audience' = 'asker' then json_array(${reader}, ${directly})
    else json_array(${conversation}, ${reader}, ${directly})
  end`

const waysOfChange = `case
    when notes.key like 'untold:inherited:%' then json_array(json_object('kind', 'conversation', 'place', json(schedules.place), 'who',
      json_object('kind', 'local', 'id', 'admins', 'name', 'the admins')), ${admins})
    when schedules.owner ->> '$.kind' = 'slack' then json_array(${to('conversation', 'schedules.owner')},
      json_object('kind', 'admins', 'besides', schedules.owner ->> '$.id'))
    else json_array(${admins})
  end`

const wasTold = ['budget:', 'lease-', 'left-awake:'].map((begin) => `key like '${begin}%'`).join(' or ')

/** What was still to be posted becomes messages. */
export const outbox: readonly string[] = [
  // What is sent one after the other: the messages of a conversation, and those to one reader in it.
  `alter table messages add column queue text generated always as (case
      when content ->> '$.kind' = 'heartbeat' then key
      when ways ->> ('$[' || way || '].kind') = 'admins' then 'admins'
      when ways ->> ('$[' || way || '].kind') = 'reader' and not ways ->> ('$[' || way || '].place.direct') then
        ways ->> ('$[' || way || '].place.channel') || ' ' || (ways ->> ('$[' || way || '].who.id'))
      else ways ->> ('$[' || way || '].place.channel')
    end) virtual`,
  `create index messages_in_order on messages (queue, id) where state = 'pending'`,
  `insert into messages (key, content, ways, schedule, created, expires, open, state, available, post)
    select 'run:' || run || iif(retries = 0, '', ':' || retries), json_object('kind', 'run', 'run', run, 'attempt', attempt),
      ${waysOfRun}, runs.schedule, ${ended}, ${after(1, ended)}, state = 'running',
      iif(state = 'running', 'sent', 'pending'), ${ended}, post
    from attempts join runs on runs.id = attempts.run
    where ${slack} and attempts.door <> 'parent' and state <> 'lost'
      and iif(state = 'running', post is not null, told = 0 and answer is not null)
    order by seq`,
  `insert into messages (key, content, ways, created, expires, available)
    select 'schedule:' || schedules.id || ':' || notes.key, json_object('kind', 'schedule', 'schedule', schedules.id,
        'change', iif(notes.key like 'untold:parked:%', 'suspended', 'inherited'),
        'why', notes.value ->> '$.why', 'remedy', notes.value ->> '$.remedy'),
      ${waysOfChange}, ${told}, ${after(30, told)}, ${told}
    from notes join schedules on notes.key in ('untold:parked:' || schedules.id, 'untold:inherited:' || schedules.id)
    where ${told} is not null`,
  `insert into messages (key, ways, created, expires, state, available)
    select key, json_array(${admins}), ${long}, ${long}, 'sent', ${long} from notes where ${wasTold}`,
  `delete from notes where key like 'untold:%' or ${wasTold}`,
  'drop index attempts_untold',
  'alter table attempts drop column told',
  'alter table attempts drop column post',
]

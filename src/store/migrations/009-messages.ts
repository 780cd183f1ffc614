/** What is to be sent is kept in one table until it was sent. */
export const messages: readonly string[] = [
  `create table messages (
    id integer primary key autoincrement,
    key text not null unique,
    content text,
    ways text not null,
    mention text not null default '[]',
    created text not null,
    expires text not null,
    open integer not null default 0,
    after text,
    schedule integer,
    plan text,
    version integer not null default 1,
    state text not null default 'pending',
    way integer not null default 0,
    refusal text,
    tries integer not null default 0,
    unclear integer not null default 0,
    begun integer not null default 0,
    available text not null,
    post text,
    rung integer
  ) strict`,
  `create index messages_pending on messages (id) where state = 'pending'`,
  'create index messages_to_forget on messages (expires) where content is not null',
]

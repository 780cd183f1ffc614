/** Watched conditions with their lives. A removed one keeps its row, so that its number, which is in the keys of its messages, is not given again. */
export const watches: readonly string[] = [
  `create table watches (
    id integer primary key,
    kind text not null,
    subject text not null,
    definition text not null,
    place text not null,
    owner text not null,
    created text not null,
    paused integer not null default 0,
    life text not null,
    judged text,
    seen text,
    removed integer not null default 0,
    version integer not null default 1,
    unique (kind, subject)
  ) strict`,
]

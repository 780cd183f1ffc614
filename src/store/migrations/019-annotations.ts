/** Notes on days of the data. `author` is null where the bot wrote it; `first` and `last` are days, both inclusive. */
export const annotations: readonly string[] = [
  `create table annotations (
    id integer primary key autoincrement,
    key text not null unique,
    kind text not null check (kind in ('person', 'bot')),
    first text not null,
    last text not null check (last >= first),
    text text not null,
    author text,
    created text not null
  ) strict`,
]

type Options = Intl.DateTimeFormatOptions

const time: Options = { hour: 'numeric', minute: '2-digit' }
const short: Options = { month: 'short', day: 'numeric', year: 'numeric' }
const plain: Options = { month: 'long', day: 'numeric', year: 'numeric' }
const long: Options = { weekday: 'long', ...plain }

/** Fills Slack's date tokens (https://docs.slack.dev/messaging/formatting-message-text#date-formatting) for a reader in time zone `tz`. */
export function slackDate(when: Date, format: string, tz: string, now: Date): string {
  const write = (options: Options, date = when) => date.toLocaleString('en-US', { timeZone: tz, ...options })
  const pretty = (options: Options) => {
    const days: Readonly<Record<string, number>> = { yesterday: -1, today: 0, tomorrow: 1 }
    const named = Object.entries(days).find(
      ([, offset]) => write(short) === write(short, new Date(now.getTime() + offset * 86_400_000)),
    )
    return named?.[0] ?? write(options)
  }
  const tokens: Readonly<Record<string, () => string>> = {
    date_num: () => when.toLocaleDateString('sv-SE', { timeZone: tz }),
    date: () => write(plain),
    date_short: () => write(short),
    date_long: () => write(long),
    date_pretty: () => pretty(plain),
    date_short_pretty: () => pretty(short),
    date_long_pretty: () => pretty(long),
    time: () => write(time),
    time_secs: () => write({ ...time, second: '2-digit' }),
  }
  return format.replace(/\{(\w+)\}/g, (token, name: string) => tokens[name]?.() ?? token)
}

/** When a message was said: the clock time beside it and the day above it. */
export function saidAt(ts: string, tz: string): { readonly iso: string; readonly time: string; readonly day: string } {
  const when = new Date(Number(ts) * 1000)
  return {
    iso: when.toISOString(),
    time: when.toLocaleString('en-US', { timeZone: tz, ...time }),
    day: when.toLocaleString('en-US', { timeZone: tz, weekday: 'long', month: 'long', day: 'numeric' }),
  }
}

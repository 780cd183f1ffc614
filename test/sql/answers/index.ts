import type { Answer } from './asked.ts'
import { activeUsers, coverage, peakHours, pulse, retention, timeframe } from './days.ts'
import { match } from './matching.ts'
import { churnRisk, locations, paidVsFree, platforms, sessions, upgradeFunnel } from './people.ts'
import { discovery, topArtists, topSongs, topUsers, unmatchedSongs } from './rankings.ts'

/** What each query of `sql/analytics/` must answer, by its name. */
export const answers: Readonly<Record<string, Answer>> = {
  'active-users': activeUsers,
  'churn-risk': churnRisk,
  coverage,
  discovery,
  locations,
  match,
  'paid-vs-free': paidVsFree,
  'peak-hours': peakHours,
  platforms,
  pulse,
  retention,
  sessions,
  timeframe,
  'top-artists': topArtists,
  'top-songs': topSongs,
  'top-users': topUsers,
  'unmatched-songs': unmatchedSongs,
  'upgrade-funnel': upgradeFunnel,
}

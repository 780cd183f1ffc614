/** More than one load before the live one can be kept, so that any of them can be made live again. */
export const keptLoadsIndex: readonly string[] = [
  'drop index loads_one_served',
  `create unique index loads_one_live on loads (state) where state = 'live'`,
]

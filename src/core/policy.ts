/** What the configuration says of who must agree to what, and of whom to call. Ids are Slack's: `U…` people, `S…` groups. */
export interface Policy {
  /** What can cost more than this by itself needs approval; null: nothing for its price. US dollars. */
  readonly approveAboveUsd: number | null
  /** What can take the cost of a calendar month (UTC) beyond this needs approval; null: no limit. US dollars. */
  readonly budgetUsd: number | null
  /** Whether somebody else than the asker must approve what needs approval. */
  readonly twoPerson: boolean
  /** Who may approve; empty: the admins. */
  readonly approvers: readonly string[]
  /** Who is called, besides the owner, when a schedule fails. */
  readonly oncall: readonly string[]
}

/** Who may use the bot besides members of its own organization, and whether it posts where others read along. */
export interface AccessPolicy {
  readonly guests: 'refuse' | 'viewer'
  readonly sharedChannels: 'refuse' | 'allow'
}

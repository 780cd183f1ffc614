/** What the configuration says of who must agree to what, and of whom to call. Ids are Slack's: `U…` people, `S…` groups. */
export interface Policy {
  /** A spin-up that can cost more than this is posted for approval; null: none for its price. US dollars. */
  readonly approveAboveUsd: number | null
  /** What the cluster may cost in a calendar month (UTC); null: no limit. US dollars. */
  readonly budgetUsd: number | null
  /** Whether somebody else than the asker must approve. */
  readonly twoPerson: boolean
  /** Who may approve; empty: the admins. */
  readonly approvers: readonly string[]
  /** Who is called, besides the owner, when a schedule fails. */
  readonly oncall: readonly string[]
}

import { ledger } from './001-ledger.ts'
import { fires } from './002-fires.ts'
import { audit } from './003-audit.ts'
import { rights } from './005-rights.ts'
import { messages } from './009-messages.ts'
import { attempts } from './010-attempts.ts'
import { outbox } from './012-outbox.ts'
import { keptLoadsIndex } from './013-kept-loads.ts'
import { auditRows } from './016-audit-rows.ts'
import { watches } from './017-watches.ts'
import { freshness } from './018-freshness.ts'
import { annotations } from './019-annotations.ts'
import { pictureQueue } from './021-picture-queue.ts'
import { again, approvals, askedOccurrences, forgetting, lookups, personal, requests, uptime } from './columns.ts'

/** Every change of the tables, in order, each as its statements. The first is version 1; one that was released never changes. */
export const migrations: readonly (readonly string[])[] = [
  ledger,
  fires,
  audit,
  lookups,
  rights,
  forgetting,
  again,
  uptime,
  messages,
  attempts,
  requests,
  outbox,
  keptLoadsIndex,
  approvals,
  askedOccurrences,
  auditRows,
  watches,
  freshness,
  annotations,
  personal,
  pictureQueue,
]

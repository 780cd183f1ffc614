import { ledger } from './001-ledger.ts'

/** Every change of the tables, in order, each as its statements. The first is version 1; one that was released never changes. */
export const migrations: readonly (readonly string[])[] = [ledger]

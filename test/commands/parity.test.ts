import '../../src/commands/parity.ts'
import { describe, expect, it } from 'vitest'
import { createLoadedWarehouse } from '../support/warehouse.ts'

describe('parity', () => {
  it('has nothing to compare DuckDB with, and names what it needs', async () => {
    const { bot } = await createLoadedWarehouse()
    expect(await bot.say('parity')).toMatchObject({
      exit: 2,
      failure: {
        code: 'bad_config',
        message: 'There is nothing to compare duckdb with: its loads are not copied.',
        remedy: expect.stringContaining('SPARKIFY_COPY_TO'),
      },
    })
  })
})

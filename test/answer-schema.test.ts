import { expect, it } from 'vitest'
import { z } from 'zod'
import { answerSchema } from '../src/core/answer.ts'

// Members may be added, so the schema of what is read, which allows more of them, is the one that stands. `npx vitest run test/answer-schema.test.ts -u` writes the file after a deliberate change of the contract.
it('describes what --json prints in docs/answer.schema.json', async () => {
  const schema = { $id: 'answer', title: 'What --json prints', ...z.toJSONSchema(answerSchema, { io: 'input' }) }
  await expect(`${JSON.stringify(schema, null, 2)}\n`).toMatchFileSnapshot('../docs/answer.schema.json')
})

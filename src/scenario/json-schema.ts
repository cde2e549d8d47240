/** The JSON Schema (draft-07) of a scenario file, for editors. */
import { z } from 'zod';
import { scenarioSchema } from './schema.ts';

/** The text of schema/scenario.v1.schema.json; the same for the same version of the format. */
export function jsonSchemaText(): string {
  const schema = z.toJSONSchema(scenarioSchema, { target: 'draft-07', io: 'input' });
  return `${JSON.stringify(schema, undefined, 2)}\n`;
}

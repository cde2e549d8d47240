/** The JSON Schemas (draft-07) of our files, for editors: of scenarios, be they experiments or plans, and of game days. */
import { z } from 'zod';
import { gameDaySchema } from './game-day/schema.ts';
import { planSchema } from './plan/schema.ts';
import { scenarioSchema } from './schema.ts';

interface JsonSchema {
  readonly definitions: Readonly<Record<string, unknown>>;
  readonly [keyword: string]: unknown;
}

const schemaOf = (format: z.ZodType): JsonSchema => {
  const {
    $schema: _,
    definitions = {},
    ...schema
  } = z.toJSONSchema(format, { target: 'draft-07', io: 'input' });
  return { ...schema, definitions: definitions as JsonSchema['definitions'] };
};

export const experimentJsonSchema = (): JsonSchema => schemaOf(scenarioSchema);
export const planJsonSchema = (): JsonSchema => schemaOf(planSchema);

/** The text of schema/scenario.v1.schema.json; the same for the same version of the format. */
export function jsonSchemaText(): string {
  const { definitions: ofExperiments, ...experiment } = experimentJsonSchema();
  const { definitions: ofPlans, ...plan } = planJsonSchema();
  const properties = {
    infrastructure: {
      description: 'What there is, how it fails and is repaired. With it the file is a plan.',
    },
  };
  const schema = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'foreshock scenario',
    type: 'object',
    // Named here too, so that editors offer it in an empty file.
    properties,
    // Not anyOf: of that, editors would tell mistakes against both.
    if: { type: 'object', properties, required: ['infrastructure'] },
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema; nobody awaits this object.
    then: plan,
    else: experiment,
    definitions: { ...ofExperiments, ...ofPlans },
  };
  return `${JSON.stringify(schema, undefined, 2)}\n`;
}

/** The text of schema/game-day.v1.schema.json. */
export function gameDayJsonSchemaText(): string {
  const schema = { $schema: 'http://json-schema.org/draft-07/schema#', ...schemaOf(gameDaySchema) };
  return `${JSON.stringify(schema, undefined, 2)}\n`;
}

/** Writes the JSON Schemas that editors check our files with; `npm run schema`. */
import { writeFileSync } from 'node:fs';
import { gameDayJsonSchemaText, jsonSchemaText } from '../src/scenario/json-schema.ts';

for (const [name, text] of [
  ['scenario.v1.schema.json', jsonSchemaText()],
  ['game-day.v1.schema.json', gameDayJsonSchemaText()],
] as const) {
  writeFileSync(new URL(`../schema/${name}`, import.meta.url), text);
  console.log(`schema/${name} is written`);
}

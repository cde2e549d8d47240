/** Writes the JSON Schema that editors check scenarios with; `npm run schema`. */
import { writeFileSync } from 'node:fs';
import { jsonSchemaText } from '../src/scenario/json-schema.ts';

const FILE = new URL('../schema/scenario.v1.schema.json', import.meta.url);

writeFileSync(FILE, jsonSchemaText());
console.log('schema/scenario.v1.schema.json is written');

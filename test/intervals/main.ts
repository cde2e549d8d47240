/**
 * `npm run coverage [-- SEEDS]`: how often the intervals that are called 95 % hold the exact value, over 1,000 seeds
 * unless told. Prints the two tables of docs/estimation.md.
 */
import { coverageTable } from './coverage-table.ts';
import { LIMITS, MODELS } from './models.ts';

const [given = '1000'] = process.argv.slice(2);
const seeds = Number(given);
if (Number.isInteger(seeds) && seeds > 0) {
  for (const models of [MODELS, LIMITS]) {
    for (const line of coverageTable(models, seeds)) console.log(line);
    console.log();
  }
} else {
  console.error(`the number of seeds must be a whole number above 0, not ${given}`);
  process.exitCode = 2;
}

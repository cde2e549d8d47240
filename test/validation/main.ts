/**
 * `npm run validate [-- --trials N] [-- NAME...]`: real kills on the testbed, held against the predictions.
 * Writes docs/validation.md when every configuration was run. Exit code 1 where one missed its bounds.
 */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { VERSION } from '../../src/version.ts';
import { whyNotHere } from '../../testbed/requirements.ts';
import { inTestbed } from '../../tools/in-testbed.ts';
import { isInLab } from '../support/lab.ts';
import { CONFIGURATIONS, judge, type Outcome } from './configurations.ts';
import { renderValidation } from './document.ts';
import { verify } from './verify.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { trials: { type: 'string', default: '20' } },
});
const trials = Number(values.trials);
const chosen = CONFIGURATIONS.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
if (!Number.isInteger(trials) || trials < 1 || chosen.length === 0) {
  console.error(
    `usage: npm run validate [-- --trials N] [NAME...], with ${CONFIGURATIONS.map((c) => c.name).join(', ')}`,
  );
  process.exitCode = 2;
} else if (isInLab()) {
  process.exitCode = await validate();
} else {
  const reason = whyNotHere();
  if (reason !== undefined) {
    console.error(`the testbed cannot be hosted here: ${reason}`);
    process.exitCode = 2;
  } else {
    process.exitCode = await inTestbed([
      process.execPath,
      fileURLToPath(import.meta.url),
      ...process.argv.slice(2),
    ]);
  }
}

async function validate(): Promise<number> {
  const out = mkdtempSync(join(tmpdir(), 'foreshock-validation-'));
  const outcomes: Outcome[] = [];
  for (const configuration of chosen) {
    console.error(`${configuration.title}: ${trials} trials`);
    const run = await verify(configuration.scenario, {
      trials,
      out: join(out, configuration.name),
      onLine: (line) => console.error(`  ${line}`),
    });
    if (![0, 97, 98, 99].includes(run.code)) {
      console.error(run.stderr);
      return 1;
    }
    const outcome = judge(configuration, run.verdict(), run.measurement());
    outcomes.push(outcome);
    const { predicted, measured, difference, allowed, inside, metric } = outcome;
    console.log(
      `${outcome.withinBound && outcome.withinInterval ? 'held  ' : 'MISSED'} ${configuration.name}: ${metric} ` +
        `predicted ${predicted.mean.toFixed(3)}, measured ${measured.mean.toFixed(3)}, ` +
        `difference ${difference.toFixed(3)} of ${allowed.toFixed(3)} allowed; ` +
        `${inside} of ${measured.values.length} within ${predicted.pi90.map((v) => v.toFixed(2)).join(' to ')}`,
    );
  }
  const missed = outcomes.filter((outcome) => !outcome.withinBound || !outcome.withinInterval);
  if (chosen.length === CONFIGURATIONS.length) {
    const facts = {
      date: new Date().toISOString().slice(0, 10),
      foreshock: VERSION,
      cluster: outcomes[0]?.where ?? '',
      machine: `${availableParallelism()} cores, which the cluster and the load share`,
    };
    writeFileSync('docs/validation.md', renderValidation(outcomes, facts));
    console.error('wrote docs/validation.md');
  }
  console.error(`timelines: ${out}`);
  return missed.length === 0 ? 0 : 1;
}

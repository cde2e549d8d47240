/**
 * `node bench/table.ts FILE`: the races in a file of what `npm run bench` printed, as the tables of docs/engine.md, and
 * the worst of them against each peer of the queue alone.
 */
import { readFileSync } from 'node:fs';
import type { Result } from './result.ts';

type Race = Result & { readonly name: string; readonly peer: string };

const file = process.argv[2];
if (file === undefined) throw new Error('which file? node bench/table.ts FILE');
const races = readFileSync(file, 'utf8')
  .split('\n')
  // npm says on lines of its own what it runs.
  .filter((line) => line.startsWith('{'))
  .map((line) => JSON.parse(line) as Result)
  .filter((result): result is Race => result.peer !== undefined);

console.log('| race | peer | ratio | rounds |\n|---|---|---|---|');
for (const { name, peer, ratio, ratios, skipped } of races) {
  console.log(`| \`${name}\` | ${peer} | ${ratio ?? ''} | ${ratios?.join(' to ') ?? skipped} |`);
}

for (const [peer, against] of Map.groupBy(races, ({ peer }) => peer)) {
  const held = against.filter(({ name, ratio }) => name.startsWith('hold-') && ratio !== undefined);
  if (held.length === 0) continue;
  const worst = held.reduce((a, b) => ((a.ratio as number) <= (b.ratio as number) ? a : b));
  console.log(`\nWorst of ${held.length} against ${peer}: ${worst.ratio}, ${worst.name}`);
}

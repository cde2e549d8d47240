/**
 * `npm run bench [-- NAME...]`: one line of JSON a result, {"name", "unit", "value"}; beside a peer that does the
 * same work also {"peer", "ratio"} (its value over ours: above 1, we are ahead).
 */
import { help } from './help.ts';
import { modelEpisode, modelEvents } from './model.ts';
import { predictNginx } from './predict-nginx.ts';
import { RARE } from './rare.ts';
import type { Benchmark } from './result.ts';
import { largestCluster, thousandYears, yearOf } from './years.ts';

const BENCHMARKS: Readonly<Record<string, Benchmark>> = {
  help,
  'predict-nginx': predictNginx,
  'model-events': modelEvents,
  'model-episode-60s': modelEpisode,
  'years-1000': thousandYears,
  'years-largest-cluster': largestCluster,
  'years-50-nodes': yearOf(50, 1500),
  'years-500-nodes': yearOf(500, 15_000),
  'years-5000-nodes': yearOf(5000, 150_000),
  ...RARE,
};

const wanted = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(BENCHMARKS);
const unknown = wanted.filter((name) => !(name in BENCHMARKS));
if (unknown.length > 0) {
  console.error(`no benchmark ${unknown.join(', ')}; there are ${Object.keys(BENCHMARKS).join(', ')}`);
  process.exitCode = 2;
} else {
  for (const name of wanted) console.log(JSON.stringify({ name, ...(await BENCHMARKS[name]?.()) }));
}

/**
 * `npm run bench [-- NAME...]`: one line of JSON a result, {"name", "unit", "value"}; beside a peer that does the
 * same work also {"peer", "ratio"} (our speed over its: above 1, we are ahead). A NAME also stands for all that begin
 * with it: `hold` for `hold-64` and the others.
 */
import { DELAYS, type DelayName } from './delays.ts';
import { clusterBenchmark } from './exact.ts';
import { help } from './help.ts';
import { hold, holdSkewed } from './hold.ts';
import { modelEpisode, modelEvents } from './model.ts';
import { predictNginx } from './predict-nginx.ts';
import { repair, station } from './queueing.ts';
import { RARE } from './rare.ts';
import type { Benchmark, Result } from './result.ts';
import { largestCluster, thousandYears, yearOfNodes } from './years.ts';

const BENCHMARKS: Readonly<Record<string, Benchmark>> = {
  help,
  'predict-nginx': predictNginx,
  'model-events': modelEvents,
  'model-episode-60s': modelEpisode,
  'years-1000': thousandYears,
  'years-largest-cluster': largestCluster,
  'years-50-nodes': yearOfNodes(50, 1500),
  'years-500-nodes': yearOfNodes(500, 15_000),
  'years-5000-nodes': yearOfNodes(5000, 150_000),
  ...RARE,
  'exact-cluster-8': clusterBenchmark(8),
  'exact-cluster-32': clusterBenchmark(32),
  'exact-cluster-64': clusterBenchmark(64),
  'exact-cluster-128': clusterBenchmark(128),
  'exact-cluster-256': clusterBenchmark(256),
  'hold-64': hold(64),
  'hold-1e3': hold(1e3),
  'hold-1e5': hold(1e5),
  'hold-1e6': hold(1e6),
  ...Object.fromEntries(
    (Object.keys(DELAYS) as DelayName[])
      .filter((delays) => delays !== 'exponential')
      .map((delays) => [`hold-${delays}`, holdSkewed(delays)]),
  ),
  mm1: station(1),
  mm64: station(64),
  repair,
};

/** Run only where it is asked for by this name: it takes minutes. */
const ON_REQUEST: ReadonlySet<string> = new Set(['exact-cluster-256']);

const wanted = process.argv.slice(2);
const isMeant = (name: string, asked: string) => name === asked || name.startsWith(`${asked}-`);
const unknown = wanted.filter((asked) => !Object.keys(BENCHMARKS).some((name) => isMeant(name, asked)));
if (unknown.length > 0) {
  console.error(`no benchmark ${unknown.join(', ')}; there are ${Object.keys(BENCHMARKS).join(', ')}`);
  process.exitCode = 2;
} else {
  for (const [name, benchmark] of Object.entries(BENCHMARKS)) {
    if (wanted.length > 0 && !wanted.some((asked) => isMeant(name, asked))) continue;
    if (ON_REQUEST.has(name) && !wanted.includes(name)) continue;
    const results: Result | readonly Result[] = await benchmark();
    for (const result of [results].flat()) console.log(JSON.stringify({ name, ...result }));
  }
}

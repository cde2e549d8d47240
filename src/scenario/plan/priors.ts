/**
 * Published times to failure and to repair, by name. They are never applied but by name, and every report tells their
 * source. Rates that were published as so many a year are taken as exponential, with as many digits as they had:
 * nothing more is known of them. What a source does not say of repairs the plan must say; what nobody has published
 * has a name that begins with `guess-`.
 */
import { type Distribution, exponential, uniform } from '../distribution.ts';
import { YEAR_MS } from '../units.ts';

export interface Prior {
  readonly time_to_failure: Distribution;
  /** Undefined where the source does not tell: the plan must then say it. */
  readonly time_to_repair: Distribution | undefined;
  /** What counts as a failure there, of what, and how the figure follows from it. */
  readonly counts: string;
  /** Who published it, where and when. */
  readonly source: string;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** So many in a year, of one unit. */
const perYear = (times: number): Distribution => exponential(YEAR_MS / times);

const DEAN =
  'J. Dean, Handling large datasets at Google: current systems and future directions, Data-Intensive Computing Symposium 2008, slide 8 ("Typical first year for a new cluster")';
/** As he said at Google I/O in May 2008. */
const CLUSTER = 'of the 1800 servers of a cluster';
const FORD = 'D. Ford et al., Availability in globally distributed storage systems, OSDI 2010, section 3';
const KOKOLIS =
  'A. Kokolis et al., Revisiting reliability in large-scale machine learning research clusters, HPCA 2025';
const GUESS = 'a guess: nothing that could be cited has been published';

const named = {
  'google-2008-machine': {
    time_to_failure: exponential(1.8 * YEAR_MS),
    time_to_repair: undefined,
    counts: `failures of single machines in a new cluster's first year: 1000 ${CLUSTER}`,
    source: DEAN,
  },
  'google-2008-rack': {
    time_to_failure: exponential(1.5 * YEAR_MS),
    time_to_repair: uniform(HOUR_MS, 6 * HOUR_MS),
    counts: `racks that disappear at once, for 1 to 6 hours: 20 a year and 40 to 80 machines each; taken as 60 ${CLUSTER}, which are 30 racks`,
    source: DEAN,
  },
  'google-2008-power-distribution-unit': {
    time_to_failure: exponential(2.4 * YEAR_MS),
    time_to_repair: exponential(6 * HOUR_MS),
    counts: `power distribution units that fail: 1 a year and 500 to 1000 machines each, back in about 6 hours; taken as 750 ${CLUSTER}, which are 2.4 units`,
    source: DEAN,
  },
  'google-2008-overheating': {
    time_to_failure: perYear(0.5),
    time_to_repair: uniform(DAY_MS, 2 * DAY_MS),
    counts: 'most of a cluster switched off for heat: 0.5 a year, 1 to 2 days to recover',
    source: DEAN,
  },
  'google-2008-router': {
    time_to_failure: perYear(3),
    time_to_repair: exponential(HOUR_MS),
    counts: 'router failures of a cluster, whose traffic is pulled for an hour: 3 a year',
    source: DEAN,
  },
  'google-2008-router-reload': {
    time_to_failure: perYear(12),
    time_to_repair: exponential(2 * 60_000),
    counts:
      'router reloads of a cluster, without DNS and external addresses for a couple of minutes: 12 a year',
    source: DEAN,
  },
  'google-2010-node': {
    time_to_failure: exponential(131 * DAY_MS),
    time_to_repair: undefined,
    counts:
      'storage nodes that do not answer, every 4.3 months, planned restarts among them; fewer than a tenth for more than 15 minutes',
    source: FORD,
  },
  'google-2010-rack': {
    time_to_failure: exponential(10.2 * YEAR_MS),
    time_to_repair: undefined,
    counts: 'racks of storage nodes, by their own failures, every 10.2 years',
    source: FORD,
  },
  'microsoft-2010-server': {
    time_to_failure: exponential(12 * YEAR_MS),
    time_to_repair: undefined,
    counts: 'servers with at least one hardware repair in a year: 8 %',
    source:
      'K. V. Vishwanath and N. Nagappan, Characterizing cloud computing hardware reliability, SoCC 2010',
  },
  'google-2009-memory': {
    time_to_failure: exponential(76 * YEAR_MS),
    time_to_repair: undefined,
    counts: 'machines with an uncorrectable memory error in a year: 1.3 %',
    source: 'B. Schroeder, E. Pinheiro and W.-D. Weber, DRAM errors in the wild, SIGMETRICS 2009',
  },
  'backblaze-2024-disk': {
    time_to_failure: exponential(63.7 * YEAR_MS),
    time_to_repair: undefined,
    counts: 'hard disks that are replaced: 1.57 % a year',
    source: 'A. Klein, Backblaze drive stats for 2024, backblaze.com, 2025',
  },
  'meta-2024-gpu-server': {
    time_to_failure: exponential(264 * DAY_MS),
    time_to_repair: undefined,
    counts: 'unexpected interruptions of training, put down to a server of 8 H100: 419 in 54 days on 16384',
    source: 'Llama Team, The Llama 3 herd of models, arXiv 2407.21783, 2024, section 3.3.4',
  },
  'meta-2025-gpu-node-rsc1': {
    time_to_failure: exponential(154 * DAY_MS),
    time_to_repair: undefined,
    counts: 'failures of nodes of 8 A100 in cluster RSC-1: 6.5 in 1000 node-days',
    source: KOKOLIS,
  },
  'meta-2025-gpu-node-rsc2': {
    time_to_failure: exponential(427 * DAY_MS),
    time_to_repair: undefined,
    counts: 'failures of nodes of 8 A100 in cluster RSC-2: 2.34 in 1000 node-days',
    source: KOKOLIS,
  },
  'guess-zone': {
    time_to_failure: perYear(0.1),
    time_to_repair: uniform(HOUR_MS, 8 * HOUR_MS),
    counts: 'zones of a cloud that are lost: once in ten years (0.05 to 0.2 a year), for 1 to 8 hours',
    source: GUESS,
  },
  'guess-container': {
    time_to_failure: perYear(12),
    time_to_repair: undefined,
    counts: 'containers that crash: once a month (0.5 to 2); how long a restart takes is up to the program',
    source: GUESS,
  },
} as const satisfies Readonly<Record<string, Prior>>;

export type PriorName = keyof typeof named;
export const PRIORS: Readonly<Record<PriorName, Prior>> = named;
export const PRIOR_NAMES = Object.keys(named) as readonly PriorName[];

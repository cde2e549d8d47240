/** Kills as an observer would have seen them, on a cluster whose every delay is known. */
import type {
  Attempt,
  Echo,
  EventSight,
  Kill,
  PodSight,
  SliceSight,
} from '../../src/calibrate/observation.ts';
import type { Distribution } from '../../src/scenario/distribution.ts';
import { constant } from '../../src/scenario/distribution.ts';
import { stream } from '../../src/scenario/random.ts';
import { sample_ms } from '../../src/scenario/sample.ts';
import { lognormal } from './draw.ts';

export const TRUTH = {
  api_write: lognormal(12, 0.3),
  watch_delivery: lognormal(5, 0.3),
  controller_sync: lognormal(20, 0.4),
  scheduler_bind: lognormal(15, 0.4),
  sandbox_start: lognormal(240, 0.2),
  image_check: lognormal(30, 0.3),
  container_start: lognormal(90, 0.2),
  container_signal: lognormal(35, 0.3),
  stop_time: constant(40),
  sandbox_stop: lognormal(130, 0.2),
  kube_proxy_sync: lognormal(60, 0.3),
  network_round_trip: lognormal(0.8, 0.2),
  service_time: lognormal(6, 0.3),
  start_time: lognormal(2600, 0.1),
} as const;

export type Truth = Readonly<Record<keyof typeof TRUTH, Distribution>>;

export interface Circumstances {
  readonly truth?: Truth;
  readonly forced?: boolean;
  /** How much the clock of the node is ahead of the runner's. */
  readonly ahead_ms?: number;
  readonly canReachPods?: boolean;
  /** Endpoints that stay ready all the time. */
  readonly others?: readonly string[];
  /** From the not yet ready address in the slice to the ready one, at the least. */
  readonly readyAfter_ms?: number;
}

const VOLUME_WAIT_MS = 300;
const NODE = 'node-1';

/** @param index each has other luck */
export function syntheticKill(index: number, circumstances: Circumstances = {}): Kill {
  const {
    truth = TRUTH,
    forced = true,
    ahead_ms = 1_795_000_000_000,
    canReachPods = true,
    others = [],
    readyAfter_ms = 1500,
  } = circumstances;
  const random = stream('synthetic', index, 'kill');
  const draw = (name: keyof Truth) => sample_ms(truth[name], random);
  /** A write, and when a watcher sees it. */
  const write = (sent_ms: number) => sent_ms + draw('api_write');
  const seen = (stored_ms: number) => stored_ms + draw('watch_delivery');

  const begun_ms = 100_000 * (index + 1);
  const victim = `web-old-${index}`;
  const created = `web-new-${index}`;
  const pods: PodSight[] = [];
  const slices: SliceSight[] = [{ at_ms: begun_ms, ready: [...others, victim] }];
  const events: EventSight[] = [];
  const pod = (at_ms: number, change: PodSight['change'], more: Partial<PodSight>) =>
    pods.push({
      ...{ pod: created, node: undefined, address: undefined, ready: false, terminating: false },
      ...more,
      at_ms,
      change,
    });
  const event = (at_ms: number, reason: string, container?: string) =>
    events.push({
      ...{
        at_ms: seen(write(at_ms)),
        stamped_ms: at_ms + ahead_ms,
        node: NODE,
        pod: created,
        reason,
        container,
      },
    });

  const deleted_ms = write(begun_ms);
  const kubelet_ms = seen(deleted_ms);
  pod(seen(deleted_ms), forced ? 'deleted' : 'modified', { pod: victim, ready: true, terminating: true });
  const without_ms = seen(write(seen(deleted_ms) + draw('controller_sync')));
  slices.push({ at_ms: without_ms, ready: others });

  const create_ms = write(seen(deleted_ms) + draw('controller_sync'));
  pod(seen(create_ms), 'added', {});
  const bind_ms = write(seen(create_ms) + draw('scheduler_bind'));
  pod(seen(bind_ms), 'modified', { node: NODE });
  const sandbox_ms = seen(bind_ms) + VOLUME_WAIT_MS + draw('sandbox_start');
  event(sandbox_ms, 'Pulling', 'web');
  const pulled_ms = sandbox_ms + draw('image_check');
  event(pulled_ms, 'Pulled', 'web');
  const started_ms = pulled_ms + draw('container_start');
  event(started_ms - 5, 'Created', 'web');
  event(started_ms, 'Started', 'web');
  const listening_ms = started_ms + draw('start_time');
  const known_ms = started_ms + 700;
  pod(known_ms, 'modified', { node: NODE, address: '10.0.0.2' });
  slices.push({ at_ms: known_ms + 20, ready: others });
  const ready_ms = write(Math.max(listening_ms + 400, known_ms + readyAfter_ms));
  pod(seen(ready_ms), 'modified', { node: NODE, address: '10.0.0.2', ready: true });
  const slice_ms = write(seen(ready_ms) + draw('controller_sync'));
  slices.push({ at_ms: seen(slice_ms), ready: [...others, created] });
  const answers_ms = seen(slice_ms) + draw('kube_proxy_sync');

  const closed_ms = kubelet_ms + draw('container_signal');
  const gone_ms = closed_ms + draw('stop_time') + draw('sandbox_stop');
  const past_ms = without_ms + draw('kube_proxy_sync');
  const way = canReachPods ? undefined : 'silent';
  return {
    forced,
    victim,
    begun_ms,
    pods,
    slices,
    events,
    to_victim: attempts(
      begun_ms,
      gone_ms + 200,
      2,
      (at_ms) => way ?? (at_ms < closed_ms ? 'accepted' : at_ms < gone_ms ? 'refused' : 'silent'),
    ),
    to_replacement: attempts(
      known_ms,
      canReachPods ? Math.max(known_ms, listening_ms) + 4 : known_ms + 400,
      4,
      (at_ms) => way ?? (at_ms < listening_ms ? 'refused' : 'accepted'),
    ),
    to_service:
      others.length > 0
        ? []
        : attempts(seen(ready_ms), answers_ms + 3, 3, (at_ms) =>
            at_ms < answers_ms ? 'silent' : 'accepted',
          ),
    past_victim:
      others.length === 0 || others.length > 2
        ? []
        : attempts(begun_ms, past_ms + 2 * 20 * (others.length + 1), 2, (at_ms, which) =>
            at_ms >= closed_ms && at_ms < past_ms && which % (others.length + 1) === 0
              ? 'refused'
              : 'accepted',
          ),
    echoes: Array.from({ length: 10 }, (_, which): Echo => {
      const sent_ms = begun_ms - 1000 + 50 * which;
      const answered_ms = write(sent_ms);
      return { sent_ms, answered_ms, seen_ms: seen(answered_ms) };
    }),
    steady: Array.from({ length: 10 }, (_, which) => {
      const sent_ms = begun_ms - 1000 + 50 * which;
      const isFresh = which % 2 === 0;
      const connected_ms = isFresh ? sent_ms + draw('network_round_trip') : undefined;
      const answered_ms = (connected_ms ?? sent_ms) + draw('network_round_trip') + draw('service_time');
      return { sent_ms, connected_ms, answered_ms };
    }),
    stalls: [],
  };
}

function attempts(
  begin_ms: number,
  end_ms: number,
  gap_ms: number,
  outcome: (at_ms: number, which: number) => Attempt['outcome'],
): readonly Attempt[] {
  const count = Math.ceil((end_ms - begin_ms) / gap_ms) + 1;
  return Array.from({ length: count }, (_, which) => {
    const at_ms = begin_ms + which * gap_ms;
    return { at_ms, outcome: outcome(at_ms, which) };
  });
}

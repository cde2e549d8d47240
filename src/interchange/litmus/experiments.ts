/**
 * The experiments of Litmus (litmus-go at 1b3603f of 2026-07-21, chaoslib/litmus and pkg/generic). What an engine leaves out
 * its ChaosExperiment says: chaos-charts at b2662c2, faults/kubernetes, fault.yaml of each.
 */
import type { ManifestWorkload } from '../../scenario/manifest/workload.ts';
import type { Path } from '../../scenario/yaml.ts';
import type { DraftFault, FaultFields } from '../draft.ts';
import type { Fate, Fates, Reading } from '../reading.ts';
import { Environment } from './environment.ts';

export const OF_LITMUS = { leaves_out: 'how Litmus runs the experiment' } as const;

/** What becomes of the variables that several experiments have. */
const COMMON: Readonly<Record<string, Fate>> = {
  TOTAL_CHAOS_DURATION: 'read',
  RAMP_TIME: 'read',
  PODS_AFFECTED_PERC: 'read',
  SEQUENCE: 'read',
  TARGET_PODS: { refuses: 'a replaced pod has another name; say its labels in appinfo' },
  NODE_LABEL: { refuses: 'pods are chosen wherever they run' },
  DEFAULT_HEALTH_CHECK: { leaves_out: 'a trial begins when every replica is ready' },
  STATUS_CHECK_DELAY: { leaves_out: 'a trial begins when every replica is ready' },
  STATUS_CHECK_TIMEOUT: { leaves_out: 'a trial begins when every replica is ready' },
  LIB: OF_LITMUS,
  LIB_IMAGE: OF_LITMUS,
  LIB_IMAGE_PULL_POLICY: OF_LITMUS,
};

/** Faults that act together. */
type ReadFaults = (
  environment: Environment,
  workload: ManifestWorkload,
) => readonly Omit<DraftFault, 'position'>[] | undefined;

const STRESS: Readonly<Record<string, Fate>> = {
  ...COMMON,
  TARGET_CONTAINER: { leaves_out: 'a stress is of pods with one container' },
  CONTAINER_RUNTIME: OF_LITMUS,
  SOCKET_PATH: OF_LITMUS,
  STRESS_IMAGE: OF_LITMUS,
};

const EXPERIMENTS: Readonly<Record<string, { readonly variables: Fates; readonly read: ReadFaults }>> = {
  'pod-delete': {
    variables: {
      ...COMMON,
      CHAOS_INTERVAL: 'read',
      FORCE: 'read',
      RANDOMNESS: 'read',
      POD_TERMINATION_ORDER: 'read',
      INTER_POD_KILL_INTERVAL_SECONDS: {
        leaves_out: 'with the sequence parallel, Litmus does not look at it',
      },
      TARGET_CONTAINER: { leaves_out: 'a pod is deleted with all its containers' },
    },
    read(environment, workload) {
      environment.expect('RANDOMNESS', ['', 'false'], 'the times of a scenario are fixed');
      environment.expect(
        'POD_TERMINATION_ORDER',
        ['', 'random'],
        'pods are drawn, each as likely as any other',
      );
      const victims = victimsOf(environment, workload);
      const at_ms = actsOf(environment, { duration_s: 15, interval_s: 5 });
      const force = environment.oneOf('FORCE', ['true', 'false'], 'true');
      if (victims === undefined || at_ms === undefined || force === undefined) return undefined;
      const fields = {
        workload: workload.name,
        ...victims,
        ...(force === 'true' ? { grace_period: '0s' } : {}),
      };
      return [{ type: 'pod-kill', fields, at_ms }];
    },
  },
  'container-kill': {
    variables: {
      ...COMMON,
      CHAOS_INTERVAL: 'read',
      TARGET_CONTAINER: 'read',
      SIGNAL: 'read',
      CONTAINER_RUNTIME: OF_LITMUS,
      SOCKET_PATH: OF_LITMUS,
    },
    read(environment, workload) {
      environment.expect('SIGNAL', ['', 'SIGKILL'], 'container-kill sends SIGKILL');
      const victims = victimsOf(environment, workload);
      const at_ms = actsOf(environment, { duration_s: 20, interval_s: 10 });
      // Without a name Litmus takes the first (container-kill/lib/container-kill.go).
      const container = environment.text('TARGET_CONTAINER') || workload.pod.containers[0]?.name;
      if (victims === undefined || at_ms === undefined || container === undefined) return undefined;
      return [{ type: 'container-kill', fields: { workload: workload.name, container, ...victims }, at_ms }];
    },
  },
  'pod-autoscaler': {
    variables: { ...COMMON, REPLICA_COUNT: 'read' },
    read(environment, workload) {
      const replicas = environment.whole('REPLICA_COUNT', 5);
      const duration_s = environment.whole('TOTAL_CHAOS_DURATION', 60);
      const ramp_s = environment.whole('RAMP_TIME', 0);
      if (replicas === undefined || duration_s === undefined || ramp_s === undefined) return undefined;
      const fields = { workload: workload.name, replicas, duration: `${duration_s}s` };
      return [{ type: 'scale', fields, at_ms: [ramp_s * 1000] }];
    },
  },
  'pod-cpu-hog': {
    variables: { ...STRESS, CPU_CORES: 'read', CPU_LOAD: 'read' },
    read(environment, workload) {
      environment.expect('CPU_LOAD', ['', '100'], 'workers of cpu-stress compute all the time');
      const workers = environment.whole('CPU_CORES', 1);
      if (workers === 0) {
        environment.expect(
          'CPU_CORES',
          [],
          'it stands for as many processors as a node has, which is not known',
        );
      }
      const victims = victimsOf(environment, workload);
      const time = timeOf(environment);
      if (workers === undefined || victims === undefined || time === undefined) return undefined;
      const { at_ms, duration } = time;
      return [
        { type: 'cpu-stress', fields: { workload: workload.name, ...victims, workers, duration }, at_ms },
      ];
    },
  },
  'pod-memory-hog': {
    variables: { ...STRESS, MEMORY_CONSUMPTION: 'read', NUMBER_OF_WORKERS: 'read' },
    /**
     * stress-ng --vm: its workers share the memory, and compute all the time while they hold it (0.14.00, build/Dockerfile;
     * stress-vm.c stress_vm_child). So it is two faults, of the same pods where they hit all.
     */
    read(environment, workload) {
      const size_mib = environment.whole('MEMORY_CONSUMPTION', 500);
      const workers = environment.whole('NUMBER_OF_WORKERS', 1);
      const victims = victimsOf(environment, workload);
      const time = timeOf(environment);
      if (size_mib === undefined || workers === undefined || victims === undefined || time === undefined)
        return undefined;
      if (workload.replicas > 1 && victims.value !== workload.replicas) {
        const why = 'its workers compute as well, and memory-stress and cpu-stress choose their pods apart';
        environment.expect('PODS_AFFECTED_PERC', ['100'], `${why}; 100 hits them all`);
      }
      const { at_ms, duration } = time;
      const fields = { workload: workload.name, mode: 'all', duration };
      return [
        { type: 'memory-stress', fields: { ...fields, size: `${size_mib}MiB` }, at_ms },
        { type: 'cpu-stress', fields: { ...fields, workers }, at_ms },
      ];
    },
  },
};

/** Why experiments that look as if they could be read are not. */
const REFUSED: Readonly<Record<string, string>> = {
  'node-drain':
    'it takes a node by its name, and may take that at which the load enters; node-drain never does',
  'node-taint': 'it takes a node by its name, and may take that at which the load enters',
  'node-restart':
    'it takes a node by its name, and may take that at which the load enters; node-loss never does',
  'pod-dns-error':
    'its lookups are answered at once, with nothing; those of dns-outage, which takes DNS from pods altogether, get no answer',
};

/** @returns undefined where it is nothing that a scenario has, which is then told */
export function readExperiment(
  path: Path,
  workload: ManifestWorkload,
  reading: Reading,
): readonly DraftFault[] | undefined {
  const name = String(reading.value([...path, 'name']));
  const known = Object.hasOwn(EXPERIMENTS, name) ? EXPERIMENTS[name] : undefined;
  if (known === undefined) {
    const why = Object.hasOwn(REFUSED, name) ? `: ${REFUSED[name]}` : '';
    return reading.refuse([...path, 'name'], {
      message: `${name} is nothing that a scenario has${why}`,
      expected: `one of ${Object.keys(EXPERIMENTS).join(', ')}`,
    });
  }
  reading.fields([...path, 'spec'], {
    components: 'read',
    rank: OF_LITMUS,
    probe: { refuses: 'requests of the load say whether the Service answers' },
  });
  reading.fields([...path, 'spec', 'components'], {
    env: 'read',
    nodeSelector: OF_LITMUS,
    statusCheckTimeouts: OF_LITMUS,
    experimentImage: OF_LITMUS,
    tolerations: OF_LITMUS,
    resources: OF_LITMUS,
  });
  const environment = Environment.read([...path, 'spec', 'components', 'env'], known.variables, reading);
  const faults = environment && known.read(environment, workload);
  return faults?.map((fault) => ({ ...fault, position: reading.position(path) }));
}

/** Shares are rounded down, but to one pod at least (pkg/utils/common/pods.go GetTargetPods). */
function victimsOf(environment: Environment, { replicas }: ManifestWorkload): FaultFields | undefined {
  const percent = environment.whole('PODS_AFFECTED_PERC', 0);
  if (percent === undefined) return undefined;
  const count = Math.max(1, Math.floor((Math.min(percent, 100) * replicas) / 100));
  if (count > 1) {
    environment.expect('SEQUENCE', ['', 'parallel'], 'a fault hits all its victims at once');
  }
  return count === 1 ? { mode: 'one' } : { mode: 'fixed', value: count };
}

/** Litmus waits for the pods before it goes on; of that nobody knows how long it takes. */
function actsOf(
  environment: Environment,
  otherwise: { readonly duration_s: number; readonly interval_s: number },
): readonly number[] | undefined {
  const duration_s = environment.whole('TOTAL_CHAOS_DURATION', otherwise.duration_s);
  const interval_s = environment.whole('CHAOS_INTERVAL', otherwise.interval_s);
  const ramp_s = environment.whole('RAMP_TIME', 0);
  if (duration_s === undefined || interval_s === undefined || ramp_s === undefined) return undefined;
  const times = Math.max(1, Math.ceil(duration_s / Math.max(1, interval_s)));
  return environment.acts(ramp_s * 1000, interval_s * 1000, times);
}

/** From when, and how long, of what goes on for a time. */
function timeOf(
  environment: Environment,
): { readonly at_ms: readonly number[]; readonly duration: string } | undefined {
  const duration_s = environment.whole('TOTAL_CHAOS_DURATION', 60);
  const ramp_s = environment.whole('RAMP_TIME', 0);
  if (duration_s === undefined || ramp_s === undefined) return undefined;
  return { at_ms: [ramp_s * 1000], duration: `${duration_s}s` };
}

/**
 * Litmus: the ChaosEngine of one experiment (litmus-go at 1b3603f of 2026-07-21, chaoslib/litmus and pkg/generic; the engines of
 * chaos-charts at b2662c2, faults/kubernetes).
 */
import { z } from 'zod';
import type { ManifestWorkload } from '../../scenario/manifest/workload.ts';
import { quote } from '../../scenario/problem.ts';
import type { Path } from '../../scenario/yaml.ts';
import type { DraftFault, FaultFields, FormatContext } from '../draft.ts';
import type { Format } from '../formats.ts';
import { type Fate, type Fates, isMapping, type Reading } from '../reading.ts';
import { parseSelector, selectedWorkload } from '../targets.ts';
import { Environment } from './environment.ts';

const ENGINE = z.looseObject({
  apiVersion: z.literal('litmuschaos.io/v1alpha1'),
  kind: z.literal('ChaosEngine'),
  metadata: z.looseObject({ name: z.string().nullish(), namespace: z.string().nullish() }),
  spec: z.looseObject({
    engineState: z.enum(['active', 'stop']).nullish(),
    appinfo: z.looseObject({
      appns: z.string().min(1),
      applabel: z.string({ error: 'labels such as app=web' }).min(1, { error: 'labels such as app=web' }),
      appkind: z.string().nullish(),
    }),
    experiments: z.array(z.looseObject({ name: z.string().min(1) })).min(1),
  }),
});

const OF_LITMUS = { leaves_out: 'how Litmus runs the experiment' } as const;

const SPEC_FIELDS: Fates = {
  engineState: 'read',
  appinfo: 'read',
  experiments: 'read',
  chaosServiceAccount: OF_LITMUS,
  annotationCheck: OF_LITMUS,
  jobCleanUpPolicy: OF_LITMUS,
  components: OF_LITMUS,
  terminationGracePeriodSeconds: OF_LITMUS,
  defaultHealthCheck: { leaves_out: 'a trial begins when every replica is ready' },
  auxiliaryAppInfo: { refuses: 'a trial waits for the workloads of its manifests, no others' },
  selectors: { refuses: 'say appinfo' },
};

export const LITMUS: Format = {
  title: 'Litmus',
  recognises: (value) =>
    isMapping(value) &&
    typeof value.apiVersion === 'string' &&
    value.apiVersion.startsWith('litmuschaos.io/'),
  read([reading, second], context) {
    second?.refuse([], { message: 'a second document in the file', expected: 'one ChaosEngine a file' });
    const engine = reading?.get(ENGINE, []);
    reading?.fields(['spec'], SPEC_FIELDS);
    if (reading === undefined || engine === undefined) return undefined;
    const { spec, metadata } = engine;
    if (spec.engineState === 'stop') {
      reading.refuse(['spec', 'engineState'], { message: 'this engine is stopped: it does nothing' });
    }
    if (spec.experiments.length > 1) {
      reading.refuse(['spec', 'experiments', 1], {
        message: 'nobody knows when the experiment before this one is over',
        expected: 'one experiment an engine',
      });
    }
    const workload = workloadOf(spec.appinfo, reading, context);
    const fault = workload && readExperiment(['spec', 'experiments', 0], workload, reading);
    return {
      name: metadata.name ?? undefined,
      description: undefined,
      faults: fault === undefined ? [] : [fault],
      load: {},
      sections: {},
    };
  },
  carried: () => [],
};

function workloadOf(
  { appns, applabel, appkind }: z.output<typeof ENGINE>['spec']['appinfo'],
  reading: Reading,
  { workloads }: FormatContext,
): ManifestWorkload | undefined {
  const path = ['spec', 'appinfo'];
  const selector = parseSelector(applabel);
  if (selector === undefined) {
    return reading.refuse([...path, 'applabel'], {
      message: `${quote(applabel)} is no label selector`,
      expected: 'labels such as app=web',
    });
  }
  const workload = selectedWorkload(selector, appns, workloads, reading, [...path, 'applabel']);
  const isOfKind =
    appkind == null || appkind === '' || workload?.kind.toLowerCase() === appkind.toLowerCase();
  if (workload === undefined || isOfKind) return workload;
  return reading.refuse([...path, 'appkind'], {
    message: `${workload.name} is a ${workload.kind}, not a ${appkind}`,
  });
}

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

type ReadFault = (
  environment: Environment,
  workload: ManifestWorkload,
) => Omit<DraftFault, 'position'> | undefined;

const EXPERIMENTS: Readonly<Record<string, { readonly variables: Fates; readonly read: ReadFault }>> = {
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
      const at_ms = actsOf(environment, 30);
      const force = environment.oneOf('FORCE', ['true', 'false'], 'false');
      if (victims === undefined || at_ms === undefined || force === undefined) return undefined;
      const fields = {
        workload: workload.name,
        ...victims,
        ...(force === 'true' ? { grace_period: '0s' } : {}),
      };
      return { type: 'pod-kill', fields, at_ms };
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
      const at_ms = actsOf(environment, 20);
      // Without a name Litmus takes the first (container-kill/lib/container-kill.go).
      const container = environment.text('TARGET_CONTAINER') || workload.pod.containers[0]?.name;
      if (victims === undefined || at_ms === undefined || container === undefined) return undefined;
      return { type: 'container-kill', fields: { workload: workload.name, container, ...victims }, at_ms };
    },
  },
  'pod-autoscaler': {
    variables: { ...COMMON, REPLICA_COUNT: 'read' },
    read(environment, workload) {
      const replicas = environment.whole('REPLICA_COUNT', 0);
      const duration_s = environment.whole('TOTAL_CHAOS_DURATION', 60);
      const ramp_s = environment.whole('RAMP_TIME', 0);
      if (replicas === undefined || duration_s === undefined || ramp_s === undefined) return undefined;
      const fields = { workload: workload.name, replicas, duration: `${duration_s}s` };
      return { type: 'scale', fields, at_ms: [ramp_s * 1000] };
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

function readExperiment(path: Path, workload: ManifestWorkload, reading: Reading): DraftFault | undefined {
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
  const fault = environment && known.read(environment, workload);
  return fault && { ...fault, position: reading.position(path) };
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
function actsOf(environment: Environment, duration_default_s: number): readonly number[] | undefined {
  const duration_s = environment.whole('TOTAL_CHAOS_DURATION', duration_default_s);
  const interval_s = environment.whole('CHAOS_INTERVAL', 10);
  const ramp_s = environment.whole('RAMP_TIME', 0);
  if (duration_s === undefined || interval_s === undefined || ramp_s === undefined) return undefined;
  const times = Math.max(1, Math.ceil(duration_s / Math.max(1, interval_s)));
  return environment.acts(ramp_s * 1000, interval_s * 1000, times);
}

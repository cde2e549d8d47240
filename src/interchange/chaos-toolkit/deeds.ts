/**
 * What the provider of an action does, in the words of scenarios. Functions are those of chaostoolkit-kubernetes 0.39.0
 * (chaosk8s/pod/actions.py, deployment/actions.py, statefulset/actions.py, chaosmesh/stress/actions.py).
 */
import { z } from 'zod';
import type { ManifestWorkload } from '../../scenario/manifest/workload.ts';
import { NO_IMAGE } from '../../scenario/no-image.ts';
import { quote } from '../../scenario/problem.ts';
import type { FaultType } from '../../scenario/scenario.ts';
import type { Path } from '../../scenario/yaml.ts';
import type { FaultFields } from '../draft.ts';
import type { Reading } from '../reading.ts';
import { namedWorkload, parseSelector, selectedWorkload } from '../targets.ts';
import { type KubectlCall, readKubectl, readReference } from './kubectl.ts';
import { deleteStressor, stressCpu, stressMemory } from './stressors.ts';

/**
 * Something that is over when it is done, a value that stays until another is set, or an object that acts for a time
 * and may be deleted before.
 */
export type Deed =
  | { readonly does: 'fault'; readonly type: FaultType; readonly fields: FaultFields }
  | {
      readonly does: 'set';
      readonly type: 'scale' | 'bad-image';
      readonly fields: FaultFields;
      /** What the value is of: "scale default/web". */
      readonly target: string;
      /** Whether it is the value that the manifest has. */
      readonly restores: boolean;
    }
  | {
      readonly does: 'create';
      readonly type: 'cpu-stress' | 'memory-stress';
      /** Without its duration. */
      readonly fields: FaultFields;
      readonly duration_ms: number;
      /** "stressor default/hog" */
      readonly target: string;
    }
  | { readonly does: 'delete'; readonly target: string };

export interface Place {
  readonly reading: Reading;
  /** Of the provider. */
  readonly path: Path;
  readonly workloads: readonly ManifestWorkload[];
}

/** @returns undefined where it is nothing that a scenario has, which is then told */
export function readDeed(place: Place): Deed | undefined {
  const { reading, path } = place;
  const provider = reading.get(z.looseObject({ type: z.string() }), path);
  if (provider === undefined) return undefined;
  if (provider.type === 'python') return readPython(place);
  if (provider.type === 'process') return readProcess(place);
  return reading.refuse([...path, 'type'], {
    message: `an action of a provider of type ${quote(provider.type)} is nothing that a scenario has`,
    expected: 'python or process',
  });
}

const REACHES = {
  leaves_out: 'how Chaos Toolkit reaches the cluster; foreshock uses the kubeconfig',
} as const;
const TIMEOUT = { leaves_out: 'foreshock has its own limits for each act' } as const;

type Function = (args: Readonly<Record<string, unknown>>, place: Place, path: Path) => Deed | undefined;

function readPython(place: Place): Deed | undefined {
  const { reading, path } = place;
  const provider = reading.get(
    z.looseObject({
      module: z.string(),
      func: z.string(),
      arguments: z.record(z.string(), z.unknown()).nullish(),
    }),
    path,
  );
  reading.fields(path, {
    type: 'read',
    module: 'read',
    func: 'read',
    arguments: 'read',
    secrets: REACHES,
    timeout: TIMEOUT,
  });
  if (provider === undefined) return undefined;
  const name = `${provider.module}.${provider.func}`;
  const known = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
  if (known === undefined) {
    const why = Object.hasOwn(REFUSED, name) ? `: ${REFUSED[name]}` : '';
    return reading.refuse([...path, 'func'], {
      message: `${name} is nothing that a scenario has${why}`,
      expected: `one of ${Object.keys(FUNCTIONS).join(', ')}`,
    });
  }
  return known(provider.arguments ?? {}, place, [...path, 'arguments']);
}

const FUNCTIONS: Readonly<Record<string, Function>> = {
  'chaosk8s.pod.actions.terminate_pods': terminatePods,
  'chaosk8s.pod.actions.delete_pods': deletePods,
  'chaosk8s.deployment.actions.scale_deployment': (args, place, path) =>
    scaleTo('Deployment', args, place, path),
  'chaosk8s.statefulset.actions.scale_statefulset': (args, place, path) =>
    scaleTo('StatefulSet', args, place, path),
  'chaosk8s.deployment.actions.rollout_deployment': rolloutDeployment,
  'chaosk8s.chaosmesh.stress.actions.stress_cpu': stressCpu,
  'chaosk8s.chaosmesh.stress.actions.stress_memory': stressMemory,
  'chaosk8s.chaosmesh.stress.actions.delete_stressor': deleteStressor,
};

/** Why functions that look as if they could be read are not. */
const REFUSED: Readonly<Record<string, string>> = {
  'chaosk8s.node.actions.drain_nodes':
    'it may take the same node twice, and the node where the load enters; node-drain never does',
  'chaosk8s.node.actions.delete_nodes': 'nothing brings a deleted node back',
  'chaosk8s.deployment.actions.delete_deployment': 'nothing brings a deleted workload back',
  'chaosk8s.pod.actions.exec_in_pods': 'what a command does to a program cannot be predicted',
};

const NAMESPACE = z.string().min(1).default('default');
const NO_PATTERN = { refuses: 'pods are chosen by the labels of a workload; say label_selector' } as const;

const TERMINATE = z.looseObject({
  label_selector: z.string({ error: 'labels such as app=web' }).min(1),
  ns: NAMESPACE,
  all: z.boolean().default(false),
  rand: z.boolean().default(false),
  mode: z.enum(['fixed', 'percentage']).default('fixed'),
  qty: z.number().int().min(1).default(1),
  grace_period: z.number().int().max(2_147_483_647).default(-1),
});

function terminatePods(_args: unknown, place: Place, path: Path): Deed | undefined {
  const { reading } = place;
  const args = reading.get(TERMINATE, path);
  reading.fields(path, {
    label_selector: 'read',
    ns: 'read',
    all: 'read',
    rand: 'read',
    mode: 'read',
    qty: 'read',
    grace_period: 'read',
    name_pattern: NO_PATTERN,
    order: { refuses: 'pods are drawn, each as likely as any other' },
    secrets: REACHES,
  });
  if (args === undefined) return undefined;
  const { all, rand, mode, qty, grace_period } = args;
  const workload = workloadWith(args.label_selector, args.ns, place, path);
  if (workload === undefined) return undefined;
  if (!all && !rand) {
    reading.leaveOut([...path, 'rand'], 'without it the first pods by name go; foreshock draws them');
  }
  return {
    does: 'fault',
    type: 'pod-kill',
    fields: {
      workload: workload.name,
      ...(all ? { mode: 'all' } : modeOf(mode, qty)),
      ...(grace_period >= 0 ? { grace_period: `${grace_period}s` } : {}),
    },
  };
}

/** Percentages are rounded up, as ours (chaosk8s/pod/actions.py _select_pods). */
function modeOf(mode: 'fixed' | 'percentage', qty: number): FaultFields {
  if (mode === 'percentage') return { mode: 'fixed-percent', value: qty };
  return qty === 1 ? { mode: 'one' } : { mode: 'fixed', value: qty };
}

/** Deprecated: terminate_pods with its defaults. */
function deletePods(_args: unknown, place: Place, path: Path): Deed | undefined {
  const { reading } = place;
  const args = reading.get(TERMINATE.pick({ label_selector: true, ns: true }), path);
  reading.fields(path, { label_selector: 'read', ns: 'read', name: NO_PATTERN, secrets: REACHES });
  const workload = args && workloadWith(args.label_selector, args.ns, place, path);
  return workload && { does: 'fault', type: 'pod-kill', fields: { workload: workload.name, mode: 'one' } };
}

function workloadWith(
  text: string,
  namespace: string,
  { reading, workloads }: Place,
  path: Path,
): ManifestWorkload | undefined {
  const at = [...path, 'label_selector'];
  const selector = parseSelector(text);
  if (selector === undefined) {
    return reading.refuse(at, {
      message: `${quote(text)} is no label selector`,
      expected: 'labels such as app=web,tier in (a,b)',
    });
  }
  return selectedWorkload(selector, namespace, workloads, reading, at);
}

const SCALE = z.looseObject({ name: z.string().min(1), replicas: z.number().int().min(0), ns: NAMESPACE });

function scaleTo(kind: string, _args: unknown, place: Place, path: Path): Deed | undefined {
  const { reading, workloads } = place;
  const args = reading.get(SCALE, path);
  reading.fields(path, { name: 'read', replicas: 'read', ns: 'read', secrets: REACHES });
  if (args === undefined) return undefined;
  const { name, ns: namespace, replicas } = args;
  const workload = namedWorkload({ name, namespace, kind }, workloads, reading, [...path, 'name']);
  return workload && scaled(workload, replicas);
}

const scaled = (workload: ManifestWorkload, replicas: number): Deed => ({
  does: 'set',
  type: 'scale',
  fields: { workload: workload.name, replicas },
  target: `scale ${workload.namespace}/${workload.name}`,
  restores: replicas === workload.replicas,
});

function rolloutDeployment(_args: unknown, place: Place, path: Path): Deed | undefined {
  const { reading, workloads } = place;
  const args = reading.get(z.looseObject({ name: z.string().min(1), ns: NAMESPACE }), path);
  reading.fields(path, { name: 'read', ns: 'read', secrets: REACHES });
  if (args === undefined) return undefined;
  const wanted = { name: args.name, namespace: args.ns, kind: 'Deployment' };
  const workload = namedWorkload(wanted, workloads, reading, [...path, 'name']);
  return workload && { does: 'fault', type: 'rollout-restart', fields: { workload: workload.name } };
}

const PROCESS = z.looseObject({
  path: z.string().min(1),
  arguments: z.union(
    [
      z.array(z.union([z.string(), z.number()], { error: 'a text or a number' }).transform(String)),
      z.string(),
    ],
    {
      error: 'a list of arguments, or a text of them',
    },
  ),
});

function readProcess(place: Place): Deed | undefined {
  const { reading, path } = place;
  const provider = reading.get(PROCESS, path);
  reading.fields(path, {
    type: 'read',
    path: 'read',
    arguments: 'read',
    secrets: REACHES,
    timeout: TIMEOUT,
  });
  if (provider === undefined) return undefined;
  if (!/^(?:.*\/)?kubectl$/.test(provider.path)) {
    return reading.refuse([...path, 'path'], {
      message: `what ${quote(provider.path)} does is not known here`,
      expected: 'kubectl',
    });
  }
  const at = [...path, 'arguments'];
  const { arguments: given } = provider;
  const words = typeof given === 'string' ? given.trim().split(/\s+/) : given;
  if (typeof given === 'string' && /["'\\$`;|&<>]/.test(given)) {
    return reading.refuse(at, {
      message: 'the arguments are for a shell',
      expected: 'a list of arguments',
    });
  }
  const call = readKubectl(words, reading, at);
  return call && readCall(call, place, at);
}

/** By form of a call: the flags that it may have beside --namespace. */
const FLAGS_OF: Readonly<Record<string, readonly string[]>> = {
  scale: ['replicas'],
  'rollout restart': [],
  'set image': [],
};

function readCall(call: KubectlCall, place: Place, path: Path): Deed | undefined {
  const { words, flags } = call;
  const [verb = '', second = ''] = words;
  if (verb === 'delete' && /^(pods?|po)$/.test(second)) return deleteBySelector(call, place, path);
  const refuse = () =>
    place.reading.refuse(path, {
      message: `\`kubectl ${[verb, second].join(' ').trim()}\` in this form is nothing that a scenario has`,
      expected:
        'scale KIND/NAME --replicas=N, rollout restart KIND/NAME, set image KIND/NAME CONTAINER=IMAGE or delete pod -l LABELS',
    });
  const after = verb === 'scale' ? 1 : 2;
  const reference = readReference(words.slice(after));
  if (reference === undefined) return refuse();
  const { kind, name, rest } = reference;
  const form = verb === 'scale' ? 'scale' : `${verb} ${second}`;
  const wants = FLAGS_OF[form];
  const strange = Object.keys(flags).filter((flag) => flag !== 'namespace' && !wants?.includes(flag));
  if (wants === undefined || strange.length > 0 || rest.length !== (form === 'set image' ? 1 : 0)) {
    return refuse();
  }
  const wanted = { kind, name, namespace: flags.namespace ?? 'default' };
  const workload = namedWorkload(wanted, place.workloads, place.reading, path);
  if (workload === undefined) return undefined;
  if (form === 'rollout restart') {
    return { does: 'fault', type: 'rollout-restart', fields: { workload: name } };
  }
  if (form === 'scale') {
    return /^\d{1,6}$/.test(flags.replicas ?? '') ? scaled(workload, Number(flags.replicas)) : refuse();
  }
  return setImage(workload, rest[0] ?? '', place, path);
}

function setImage(
  workload: ManifestWorkload,
  assignment: string,
  place: Place,
  path: Path,
): Deed | undefined {
  const [, container = '', image = ''] = /^([^=]+)=(.+)$/s.exec(assignment) ?? [];
  const present = workload.pod.containers.find(({ name }) => name === container);
  if (present === undefined) {
    return place.reading.refuse(path, {
      message: `${workload.kind} ${workload.name} has no container ${quote(container)}`,
      expected: workload.pod.containers.map(({ name }) => `${name}=IMAGE`).join(' or '),
    });
  }
  if (image !== NO_IMAGE && image !== present.image) {
    return place.reading.refuse(path, {
      message: `what image ${quote(image)} does cannot be predicted`,
      expected: `${NO_IMAGE}, which does not exist, or ${present.image}, which is the manifest's`,
    });
  }
  return {
    does: 'set',
    type: 'bad-image',
    fields: { workload: workload.name, container },
    target: `bad-image ${workload.namespace}/${workload.name}/${container}`,
    restores: image === present.image,
  };
}

function deleteBySelector({ words, flags }: KubectlCall, place: Place, path: Path): Deed | undefined {
  const { selector: text, namespace = 'default', 'grace-period': grace } = flags;
  const selector = text === undefined ? undefined : parseSelector(text);
  if (words.length > 2 || selector === undefined || (grace !== undefined && !/^\d{1,9}$/.test(grace))) {
    return place.reading.refuse(path, {
      message: 'pods are chosen by the labels of a workload',
      expected: 'kubectl delete pod -l LABELS [-n NAMESPACE] [--grace-period=SECONDS]',
    });
  }
  const workload = selectedWorkload(selector, namespace, place.workloads, place.reading, path);
  if (workload === undefined) return undefined;
  const grace_s = gracePeriod(flags);
  return {
    does: 'fault',
    type: 'pod-kill',
    fields: {
      workload: workload.name,
      mode: 'all',
      ...(grace_s === undefined ? {} : { grace_period: `${grace_s}s` }),
    },
  };
}

/** In seconds; undefined: the pod's own (kubectl 1.35 pkg/cmd/delete/delete.go Complete). */
function gracePeriod(flags: KubectlCall['flags']): string | undefined {
  const isForced = flags.force !== undefined;
  if (flags.now !== undefined) return '1';
  if (flags['grace-period'] === undefined) return isForced ? '0' : undefined;
  return flags['grace-period'] === '0' && !isForced ? '1' : flags['grace-period'];
}

/** The cluster that a prediction is for. */
import { z } from 'zod';
import { MINOR_DEFAULT } from '../kubernetes-version.ts';
import { MAX_PODS, NODES_DEFAULT, NODES_MAX, ZONE_LABEL } from '../nodes.ts';
import { QUANTITY, quantityToNumber } from '../quantity.ts';
import type { FeatureGate } from '../scenario.ts';
import { bandwidth, count, kubernetesName, size } from './quantities.ts';

const EXPECTED = {
  kubernetes: 'a version of Kubernetes in quotes, from "1.26" to "1.36"',
  cpu: 'processors, such as 4 or 500m',
  memory: 'memory as Kubernetes writes it, such as 8Gi or 512Mi',
  nodes: 'a number of nodes, or a list of them',
  cores: 'a number of processors above 0, such as 4 or 0.5',
} as const;

const quantity = (error: string) =>
  z
    .union([z.number().gt(0, { error }), z.string().regex(QUANTITY, { error }).transform(quantityToNumber)], {
      error,
    })
    .refine((value) => value > 0, { error });

const labelText = z.string().max(253);

export const taint = z.strictObject({
  key: labelText.min(1).describe('As in `kubectl taint`.'),
  value: labelText.default('').describe('Default: none.'),
  effect: z
    .enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute'])
    .describe('What becomes of pods that do not tolerate it.'),
});

const node = z
  .strictObject({
    name: kubernetesName.optional().describe('Default: node-1, node-2, ... by its place among all nodes.'),
    count: count.max(NODES_MAX).optional().describe('So many nodes of this kind. Default: 1.'),
    zone: labelText.min(1).optional().describe(`Label ${ZONE_LABEL}. Default: zone-a.`),
    zones: z
      .array(labelText.min(1))
      .min(1)
      .optional()
      .describe('With count: the nodes take these zones in turn.'),
    cpu: quantity(EXPECTED.cpu)
      .optional()
      .describe('What pods may request of it in all: 4 or "3900m". Default: more than anybody asks for.'),
    memory: quantity(EXPECTED.memory)
      .optional()
      .describe('What pods may request of it in all: 8Gi. Default: more than anybody asks for.'),
    cores: z
      .number({ error: EXPECTED.cores })
      .gt(0, { error: EXPECTED.cores })
      .optional()
      .describe(
        'Processors of its machine, which all pods that start and stop there at a time share. Default: as many as they take.',
      ),
    host: kubernetesName
      .optional()
      .describe(
        'The machine, where several nodes are on one, as with kind or minikube: nodes of one host share its cores. Default: a machine of its own.',
      ),
    pods: count
      .max(10_000)
      .optional()
      .describe(`Pods it takes at most. Default: ${MAX_PODS}, the kubelet's maxPods.`),
    labels: z
      .record(z.string(), labelText)
      .optional()
      .describe(
        'Labels that nodeSelector and topology keys can ask for. Hostname, zone and kubernetes.io/os: linux are there without saying so.',
      ),
    taints: z.array(taint).optional().describe('Keeps pods away that do not tolerate them.'),
  })
  .refine(({ name, count: several }) => name === undefined || several === undefined, {
    error: 'either a name, for one node, or a count',
  })
  .refine(({ host, cores }) => host === undefined || cores !== undefined, {
    error: 'the cores of its host',
  })
  .refine(({ zone, zones }) => zone === undefined || zones === undefined, {
    error: 'either zone, for all of them, or zones',
  })
  .refine(({ zones, count: nodes = 1 }) => zones === undefined || zones.length <= nodes, {
    error: 'a node for each of its zones: a `count` of at least as many',
  })
  .refine(({ zone, zones, labels }) => labels?.[ZONE_LABEL] === undefined || (zone ?? zones) === undefined, {
    error: `either zone, or the label ${ZONE_LABEL}`,
  });

const FEATURE_GATES = [
  'ReduceDefaultCrashLoopBackOffDecay',
  'KubeletCrashLoopBackOffMax',
  'MaxUnavailableStatefulSet',
] as const satisfies readonly FeatureGate[];

/** What is assumed of a registry where the scenario says nothing. */
export const REGISTRY_DEFAULTS = {
  bandwidth: {
    bytes_per_s: 100 * 2 ** 20,
    text: '100MiB/s',
    source: 'assumption: a registry near by, a line of one gigabit',
  },
} as const;

export const cluster = z
  .strictObject({
    kubernetes: z
      .string({ error: EXPECTED.kubernetes })
      .regex(/^1\.(2[6-9]|3[0-6])$/, { error: EXPECTED.kubernetes })
      .transform((version) => Number(version.split('.')[1]))
      .default(MINOR_DEFAULT)
      .describe('Version whose defaults the prediction uses, in quotes: "1.35" (the default).'),
    nodes: z
      .union([count.max(NODES_MAX), z.array(node).min(1)], { error: EXPECTED.nodes })
      .default(NODES_DEFAULT)
      .describe(
        'Nodes the scheduler can use: their number (default: 2), or a list. Load enters at the first, which node faults spare.',
      ),
    leader_election: z
      .boolean()
      .default(true)
      .describe(
        'Whether controller manager and scheduler elect a leader (--leader-elect). With it they end themselves when the API server is away for ten seconds, and begin anew, later; without it they go on with what they remember, and take every node for lost. Default: true, as Kubernetes has it.',
      ),
    proxy: z
      .enum(['iptables', 'ipvs', 'nftables'])
      .default('iptables')
      .describe("kube-proxy's mode on every node. Default: iptables."),
    registry: z
      .strictObject({
        bandwidth: bandwidth
          .optional()
          .describe(
            `At which a node pulls an image. Default: ${REGISTRY_DEFAULTS.bandwidth.text} (${REGISTRY_DEFAULTS.bandwidth.source}).`,
          ),
        images: z
          .record(
            z.string(),
            z.strictObject({
              size: size.describe('What a node has to fetch, compressed as it is in the registry.'),
              present_on: z
                .enum(['all', 'none'])
                .default('none')
                .describe('Nodes that have it when the trial begins. Default: none.'),
            }),
          )
          .default({})
          .describe('Images by name, as the manifests say it. What is not named is on every node.'),
      })
      .prefault({})
      .describe('Where images come from that a node does not have.'),
    feature_gates: z
      .array(z.enum(FEATURE_GATES))
      .default([])
      .describe(
        'Feature gates that are on in the cluster, though not in every version by default. ReduceDefaultCrashLoopBackOffDecay: containers are restarted after 1 s, 2 s, ..., at most 300 s; before 1.35 and without the next gate, at most 60 s. KubeletCrashLoopBackOffMax (on since 1.35): the kubelet may set the longest wait (`timing.kubelet_restart_backoff_max`). MaxUnavailableStatefulSet: maxUnavailable of StatefulSets counts.',
      ),
  })
  .describe('The cluster the prediction is for.');

/** Which stretches tell of which timing of the model, and what else is in them (docs/model.md has the whole way). */
import type { Distribution } from '../scenario/distribution.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { TimingName } from '../scenario/timing.ts';
import type { ApplicationField } from './calibration-file.ts';
import type { Leg } from './legs.ts';
import type { Subject } from './subject.ts';

/** A part that another timing, or another field of the application, stands for. */
export type Part = TimingName | { readonly what: string; readonly distribution: Distribution };

export interface Recipe<Name extends string = TimingName> {
  readonly name: Name;
  /** Each sums the timing and the parts; none where it cannot be measured here. */
  readonly legs: readonly Leg[];
  /** Taken where none of the others was seen. */
  readonly otherwise?: readonly Leg[];
  readonly less: readonly Part[];
  /** Why there is nothing, where there is nothing. */
  readonly because: string;
}

/** A part comes before what it is a part of. */
export function clusterRecipes(subject: Subject): readonly Recipe[] {
  const mounts = subject.workload.pod.mounts_volumes;
  // The runner's watch and the component's get the same change one delivery after it, so the two cancel out on
  // average: what is left is the delivery to a component that waits for it, or none where both ends are watched.
  const written = ['api_write', 'watch_delivery'] as const;
  return [
    recipe('api_write', ['write_to_stored'], 'no write was answered'),
    recipe('watch_delivery', ['stored_to_seen'], 'no write was seen on a watch'),
    // What a failure costs hangs on the syncs that answer it, on nodes busy with ending and starting containers. The
    // one that answers a ready pod comes when all is calm, and is several times as fast.
    recipe(
      'controller_sync',
      ['deletion_to_created', 'deletion_to_slice'],
      'no replacement was seen to be created',
      written,
    ),
    recipe('scheduler_bind', ['created_to_assigned'], 'no pod was seen to be given a node', written),
    recipe('kubelet_pleg_relist', [], METRICS_ONLY),
    recipe(
      'sandbox_start',
      ['assigned_to_sandbox'],
      "no kubelet's event told of a pod's start",
      mounts ? ['kubelet_volume_wait'] : [],
    ),
    recipe(
      'image_check',
      // Under any other policy an image is asked for only where the node does not have it: that is a pull.
      subject.container.image_pull_policy === 'Always' ? ['pulling_to_pulled'] : [],
      'no image is asked for: imagePullPolicy is not Always',
    ),
    recipe('container_start', ['pulled_to_started'], "no kubelet's event told of a container's start"),
    ...stopRecipes(subject),
    recipe('probe_request', ['request_fresh'], 'no request was answered'),
    {
      ...recipe(
        'kube_proxy_sync',
        // As with controller_sync: the sync that takes the victim out competes with all that answers the failure.
        ['slice_to_gone'],
        'it shows only where two or three pods are ready, or where one takes more than a second to become so',
      ),
      otherwise: ['slice_to_answer'],
    },
    recipe('network_round_trip', ['connect'], 'no connection was made'),
  ];
}

export function applicationRecipes(
  scenario: Scenario,
  subject: Subject,
): readonly Recipe<ApplicationField>[] {
  const { on_sigterm } = subject.container.application;
  return [
    { name: 'start_time', legs: ['started_to_listening'], less: [], because: 'no start was seen' },
    {
      name: 'service_time',
      legs: ['request_kept'],
      less: ['network_round_trip'],
      because: 'the program answers no second request on a connection',
    },
    on_sigterm === 'serve' && !hasHook(subject)
      ? {
          name: 'stop_time',
          legs: ['deletion_to_refused'],
          less: [{ what: 'container_signal', distribution: scenario.timing.container_signal }],
          because: OUT_OF_REACH,
        }
      : {
          name: 'stop_time',
          legs: [],
          less: [],
          because:
            on_sigterm === 'ignore'
              ? 'the program does not stop before it is killed'
              : "between the last answer and the address's end it cannot be told from sandbox_stop",
        },
  ];
}

// kubernetes.io, Kubelet authentication/authorization: nodes/proxy with get lets WebSockets through, exec among them.
const METRICS_ONLY =
  "only the kubelet's metrics tell; the right to read them through the API server (nodes/proxy) is a right to run commands in every pod";

const OUT_OF_REACH = "the pods' addresses cannot be reached from here, or the program did not refuse";

/** How a program stops decides what its refusals tell. */
function stopRecipes(subject: Subject): readonly Recipe[] {
  const { on_sigterm, stop_time } = subject.container.application;
  const closesAtOnce = on_sigterm === 'exit' || on_sigterm === 'drain';
  const stopping: readonly Part[] = closesAtOnce
    ? [{ what: "the scenario's stop_time", distribution: stop_time }]
    : [];
  const signal = closesAtOnce && !hasHook(subject);
  return [
    {
      name: 'container_signal',
      legs: signal ? ['deletion_to_refused'] : [],
      less: [],
      because: signal
        ? OUT_OF_REACH
        : hasHook(subject)
          ? 'a preStop hook comes before it'
          : 'the program goes on accepting connections after SIGTERM',
    },
    { name: 'sandbox_stop', legs: ['refused_to_silent'], less: stopping, because: OUT_OF_REACH },
  ];
}

const hasHook = ({ container }: Subject): boolean => container.pre_stop !== undefined;

const recipe = (
  name: TimingName,
  legs: readonly Leg[],
  because: string,
  less: readonly Part[] = [],
): Recipe => ({ name, legs, less, because });

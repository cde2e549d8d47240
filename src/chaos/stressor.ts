/**
 * What the faults have in common that put a stressor into a pod: an ephemeral container whose program ends by itself
 * when its time is up, whatever has become of whoever put it there.
 */
import { randomUUID } from 'node:crypto';
import { EXIT, UserError } from '../scenario/errors.ts';
import type { CpuStress, MemoryStress } from '../scenario/scenario.ts';
import { now_ms } from './clock.ts';
import { type Cluster, PodReplacedError } from './cluster/cluster.ts';
import {
  type EphemeralContainers,
  type EphemeralState,
  STRESSOR_PREFIX,
} from './cluster/ephemeral-containers.ts';
import type { Caused, Undone } from './fault-action.ts';
import type { Intent, Target } from './safety/journal.ts';
import type { Right } from './safety/rights.ts';
import { sleep } from './sleep.ts';
import { podRefOf } from './target.ts';

type Stress = CpuStress | MemoryStress;

/** Between two looks at it; the kubelet itself looks once a second (Kubernetes 1.35 pkg/kubelet/kubelet.go genericPlegRelistPeriod). */
const POLL_MS = 250;
/** Time to pull a small image, and to start. */
const START_PATIENCE_MS = 60_000;
/** From its end to the kubelet's having told of it. */
const END_PATIENCE_MS = 10_000;

/** The runtime's word, which the kubelet hands on (Kubernetes 1.35 pkg/kubelet/kuberuntime/helpers.go). */
const OOM_KILLED = 'OOMKilled';

const EARLY_END = 'a stress that is to end before its time goes on until that is up';

/** A WebSocket is opened by GET; since 1.35 that takes both (pkg/registry/core/pod/rest/subresources.go ExecREST). */
const EXEC_VERBS = ['get', 'create'];

const SEE: Right = { verb: 'get', resource: 'pods', group: '' };
const REPLACE: Right = { verb: 'delete', resource: 'pods', group: '' };
const END: readonly Right[] = EXEC_VERBS.map((verb) => ({
  ...{ verb, resource: 'pods/exec', group: '', without: EARLY_END },
  to: 'to end a stress before its time',
}));

/** To add it, to see how it stands, to end it early, and to replace its pod after the trial. */
const RIGHTS: readonly Right[] = [
  SEE,
  REPLACE,
  { verb: 'patch', resource: 'pods/ephemeralcontainers', group: '' },
  ...END,
];

/** One that runs ends by itself; one that cannot start goes with its pod. */
const UNDO_RIGHTS: readonly Right[] = [
  SEE,
  { ...REPLACE, without: 'a stressor that could not start stays in its pod, and may start later' },
  ...END,
];

/**
 * What the two faults are, but for how the journal calls them and what their programs do.
 *
 * @param script of a shell, whose $0 is the stressor's name, so that its processes can be told by it
 */
export const stress = <F extends Stress, A extends Intent['act']>(
  act: A,
  script: (fault: F, duration_s: number) => string,
) => ({
  on: 'pods' as const,
  rights: () => RIGHTS,
  undoRights: () => UNDO_RIGHTS,
  act,
  byHand: waitItOut,
  leavesRestarts: true as const,
  takesTime: true as const,
  endsByItself: true as const,
  remember: planStressor,
  apply: (cluster: Cluster, fault: F, target: Target, signal: AbortSignal) =>
    startStressor(cluster, fault, target, script(fault, Number(target.before?.duration_s)), signal),
  undo: endStressor,
});

/** As it stands in the journal and on the Lease before it is there: another name for each, for none is ever taken out. */
function planStressor({ duration_ms }: Stress): NonNullable<Target['before']> {
  return {
    stressor: `${STRESSOR_PREFIX}${randomUUID().slice(0, 8)}`,
    duration_s: Math.ceil(duration_ms / 1000),
  };
}

function waitItOut({ namespace, name, before }: Target): string {
  return `it ends by itself after ${before?.duration_s} s; kubectl delete pod -n ${namespace} ${name} ends it at once`;
}

/**
 * Adds it, and waits until it runs.
 *
 * @throws UserError where it does not run
 */
async function startStressor(
  cluster: Cluster,
  { type, image }: Stress,
  target: Target,
  script: string,
  signal: AbortSignal,
): Promise<Caused> {
  const containers = ephemeralIn(cluster);
  const pod = podRefOf(target);
  const name = stressorOf(target);
  await containers.add(pod, { name, image, command: ['sh', '-c', script, name] });
  const deadline_ms = now_ms() + START_PATIENCE_MS;
  let after_ms = now_ms();
  while (true) {
    const looked_ms = now_ms();
    const found = await containers.find(pod, name);
    if (found === undefined) throw new PodReplacedError(`pod ${target.name} is gone, with ${name} in it`);
    // What the kernel has killed for the memory that it took has had its effect.
    if (found.is === 'running' || found.reason === OOM_KILLED)
      return { effect: { after_ms, before_ms: now_ms() } };
    if (found.is === 'terminated' || isHopeless(found) || signal.aborted || now_ms() > deadline_ms) {
      throw notRunning(type, target, image, found);
    }
    after_ms = looked_ms;
    await sleep(POLL_MS, signal).catch(() => {});
  }
}

/**
 * Ends it where its time is not up, and waits until it has ended. One that cannot start goes with its pod: it would
 * start whenever it can, long after.
 */
export async function endStressor(cluster: Cluster, target: Target): Promise<Undone> {
  const containers = ephemeralIn(cluster);
  const pod = podRefOf(target);
  const name = stressorOf(target);
  const duration_s = Number(target.before?.duration_s);
  const begun_ms = now_ms();
  let deadline_ms = begun_ms + duration_s * 1000 + END_PATIENCE_MS;
  let wasKilled = false;
  let mayExec: boolean | undefined;
  let failure: unknown;
  let after_ms = begun_ms;
  while (true) {
    const looked_ms = now_ms();
    const found = await containers.find(pod, name);
    if (found === undefined) return {};
    if (found.is === 'terminated') {
      const effect = { after_ms, before_ms: now_ms() };
      return wasKilled ? { effect } : { effect, ...noteOf(target, found) };
    }
    if (isHopeless(found) || (found.is === 'waiting' && now_ms() > begun_ms + START_PATIENCE_MS)) {
      await cluster.deletePod(pod, undefined);
      return { note: `pod ${target.name} was deleted, for its container ${name} could have started later` };
    }
    if (found.is === 'running') mayExec ??= await mayRunCommands(cluster, target);
    if (found.is === 'running' && !wasKilled && mayExec === true) {
      wasKilled = true;
      deadline_ms = now_ms() + END_PATIENCE_MS;
      // It may just have ended by itself.
      failure = await containers.exec(pod, name, killing(name)).catch((error: unknown) => error);
      continue;
    }
    if (failure !== undefined) throw failure;
    if (now_ms() > deadline_ms) throw new Error(`container ${name} of pod ${target.name} still runs`);
    after_ms = looked_ms;
    await sleep(POLL_MS);
  }
}

async function mayRunCommands(cluster: Cluster, { namespace }: Target): Promise<boolean> {
  for (const verb of EXEC_VERBS) if (!(await cluster.may(verb, 'pods/exec', namespace))) return false;
  return true;
}

/** Asks every process that carries its name to end, itself not: the first of them takes all others with it. */
const killing = (name: string): readonly string[] => [
  'sh',
  '-c',
  `for p in /proc/[0-9]*; do [ "$p" = "/proc/$$" ] || ! grep -qs ${name} "$p/cmdline" || kill -TERM "\${p#/proc/}"; done`,
];

/** It waits for something that does not come by itself. */
function isHopeless({ is, reason = '' }: EphemeralState): boolean {
  return (
    is === 'waiting' &&
    /^(ErrImage|ImagePullBackOff|ImageInspect|InvalidImage|Create\w*Error|RunContainer)/.test(reason)
  );
}

/** Its own end is the end of its time; anything else is told. */
function noteOf(target: Target, { reason, ran_s }: EphemeralState): { readonly note?: string } {
  const duration_s = Number(target.before?.duration_s);
  if (reason === 'Completed' || ran_s === undefined || ran_s >= duration_s - 1) return {};
  return { note: `the stress of ${target.name} ended after ${ran_s} of ${duration_s} s: ${reason}` };
}

function notRunning(
  type: Stress['type'],
  { name }: Target,
  image: string,
  { is, reason }: EphemeralState,
): UserError {
  const how = is === 'terminated' ? 'ended at once' : 'does not start';
  return new UserError(
    `${type} of ${name}: its container of image ${image} ${how}: ${reason ?? 'it is not known why'}`,
    {
      exitCode: EXIT.aborted,
      hint: '`image` names one that the cluster can pull, with sh, sleep, dd and grep in it',
    },
  );
}

function stressorOf({ before }: Target): string {
  return String(before?.stressor);
}

function ephemeralIn({ ephemeral, kind }: Cluster): EphemeralContainers {
  if (ephemeral !== undefined) return ephemeral;
  throw new Error(`the ${kind} cluster has no ephemeral containers`);
}

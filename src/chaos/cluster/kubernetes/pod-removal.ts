/** Pods are deleted and evicted by their UID: whatever has their name by now is not touched. */
import type { KubernetesObject } from '@kubernetes/client-node';
import { sleep } from '../../sleep.ts';
import { type PodRef, PodReplacedError, type Refusal } from '../cluster.ts';
import type { Unavailable } from '../unavailable.ts';
import type { Api } from './api.ts';
import { core, WRITE_PAUSE_MS, WRITES_MAX } from './calls.ts';
import { type ApiError, isApiError } from './errors.ts';

/** As Cluster has it. */
export async function deletePod(api: Api, pod: PodRef, grace_period_s: number | undefined): Promise<void> {
  const { namespace, name } = pod;
  const call = { ...core('delete', 'pods', namespace), name };
  await takeAway(api, pod, () => api.call(call, { body: deletion(pod, grace_period_s) }));
}

/** As Cluster has it. */
export async function evictPod(
  api: Api,
  pod: PodRef,
  grace_period_s: number | undefined,
): Promise<Refusal | undefined> {
  const { namespace, name } = pod;
  const body = {
    apiVersion: 'policy/v1',
    kind: 'Eviction',
    metadata: { name, namespace },
    deleteOptions: deletion(pod, grace_period_s),
  };
  const call = { ...core('create', 'pods', namespace), name, subresource: 'eviction' };
  try {
    await takeAway(api, pod, () => api.call(call, { body, isAnswer: isOfBudget }));
    return undefined;
  } catch (error) {
    if (!isApiError(error, TOO_MANY_REQUESTS)) throw error;
    return { because: error.message, retry_after_ms: error.retry_after_ms };
  }
}

/** @throws PodReplacedError */
export async function checkIsThere(api: Api, pod: PodRef): Promise<void> {
  const { namespace, name } = pod;
  try {
    const found = await api.read<KubernetesObject>({ ...core('get', 'pods', namespace), name });
    if (found.metadata?.uid !== pod.uid) throw replaced(pod);
  } catch (error) {
    throw isApiError(error, 404) ? gone(pod) : error;
  }
}

const TOO_MANY_REQUESTS = 429;

/**
 * A disruption budget refuses with a Status (Kubernetes 1.35 pkg/registry/core/pod/storage/eviction.go
 * createTooManyRequestsError), a server that is busy or on its way down with a line of text (apiserver 1.35
 * pkg/server/filters/maxinflight.go tooManyRequests).
 */
const isOfBudget = ({ code, reason }: ApiError): boolean =>
  code === TOO_MANY_REQUESTS && reason === 'TooManyRequests';

/** Where an earlier attempt may have been carried out, a pod that is not there any more has gone as it should. */
async function takeAway(api: Api, pod: PodRef, send: () => Promise<unknown>): Promise<void> {
  let doubt: Unavailable | undefined;
  for (let attempt = 1; ; attempt += 1) {
    try {
      await send();
      return;
    } catch (error) {
      if (!isApiError(error, 404, 409)) throw error;
      doubt ??= error.inDoubt;
      const uid = error.code === 404 ? undefined : await uidNow(api, pod);
      if (uid !== pod.uid) {
        if (doubt !== undefined) return;
        throw uid === undefined ? gone(pod) : replaced(pod);
      }
      // Not about its UID: somebody was writing to it at the same time.
      if (attempt === WRITES_MAX) throw error;
      await sleep(WRITE_PAUSE_MS);
    }
  }
}

/** Of whatever has its name; by a list, since not everybody who may delete pods may `get` one. */
async function uidNow(api: Api, { namespace, name }: PodRef): Promise<string | undefined> {
  const query = { fieldSelector: `metadata.name=${name}` };
  const { items } = await api.read<{ items: KubernetesObject[] }>(core('list', 'pods', namespace), { query });
  return items.find(({ metadata }) => metadata?.name === name)?.metadata?.uid;
}

const deletion = ({ uid }: PodRef, grace_period_s: number | undefined) => ({
  preconditions: { uid },
  ...(grace_period_s === undefined ? {} : { gracePeriodSeconds: grace_period_s }),
});

const gone = ({ namespace, name, uid }: PodRef): PodReplacedError =>
  new PodReplacedError(`pod ${namespace}/${name} with UID ${uid} is gone`, 'gone');

const replaced = ({ namespace, name, uid }: PodRef): PodReplacedError =>
  new PodReplacedError(
    `pod ${namespace}/${name} is another one by now, not that with UID ${uid}`,
    'replaced',
  );

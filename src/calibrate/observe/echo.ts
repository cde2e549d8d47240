import type { V1ConfigMap } from '@kubernetes/client-node';
import { now_ms } from '../../chaos/clock.ts';
import type { Api } from '../../chaos/cluster/kubernetes/api.ts';
import { sleep } from '../../chaos/sleep.ts';
import type { ManifestObject, Scenario } from '../../scenario/scenario.ts';
import type { Echo } from '../observation.ts';

export const ECHO_NAME = 'foreshock-calibrate';
const FIELD = 'write';
/** A light pace: the API server does many times that for the cluster itself. */
const PAUSE_MS = 40;
/** A watch that has not told of a write by then is not told of it at all. */
const PATIENCE_MS = 2000;

/** The object that is written to. It is applied and removed as the scenario's own are. */
export function echoObject({ file, load: { namespace } }: Scenario): ManifestObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    name: ECHO_NAME,
    namespace,
    position: { file, line: 1, column: 1 },
    body: {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: ECHO_NAME, labels: { 'app.kubernetes.io/managed-by': 'foreshock' } },
      data: { [FIELD]: '' },
    },
  };
}

/** Writes to the object, and hears of each write by a watch, as the components of Kubernetes hear of theirs. */
export class Echoes {
  readonly #api: Api;
  readonly #namespace: string;
  readonly #waiting = new Map<string, (seen_ms: number) => void>();
  #count = 0;

  constructor(api: Api, namespace: string) {
    this.#api = api;
    this.#namespace = namespace;
  }

  /** What a watch of the object told. */
  seen({ metadata, data }: V1ConfigMap, at_ms: number): void {
    if (metadata?.name === ECHO_NAME) this.#waiting.get(data?.[FIELD] ?? '')?.(at_ms);
  }

  /** As many as are asked for, less those that failed or were not heard of. */
  async take(count: number, signal: AbortSignal): Promise<readonly Echo[]> {
    const echoes: Echo[] = [];
    for (let left = count; left > 0 && !signal.aborted; left -= 1) {
      const echo = await this.#one(signal).catch(() => undefined);
      if (echo !== undefined) echoes.push(echo);
      await sleep(PAUSE_MS, signal).catch(() => {});
    }
    return echoes;
  }

  async #one(signal: AbortSignal): Promise<Echo | undefined> {
    this.#count += 1;
    const mark = `${process.pid}-${this.#count}`;
    const heard = new Promise<number | undefined>((resolve) => {
      this.#waiting.set(mark, resolve);
      setTimeout(() => resolve(undefined), PATIENCE_MS).unref();
    });
    try {
      const sent_ms = now_ms();
      await this.#api.call(
        {
          verb: 'patch',
          group: '',
          version: 'v1',
          resource: 'configmaps',
          namespace: this.#namespace,
          name: ECHO_NAME,
        },
        { body: { data: { [FIELD]: mark } }, contentType: 'application/merge-patch+json', signal },
      );
      const answered_ms = now_ms();
      const seen_ms = await heard;
      return seen_ms === undefined ? undefined : { sent_ms, answered_ms, seen_ms };
    } finally {
      this.#waiting.delete(mark);
    }
  }
}

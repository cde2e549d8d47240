/** What a watch tells is what happened, however often it breaks: nothing twice, nothing that did not happen, nothing lost. */
import type { ServerResponse } from 'node:http';
import type { KubernetesObject } from '@kubernetes/client-node';
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { Api } from '../../../src/chaos/cluster/kubernetes/api.ts';
import { Credentials } from '../../../src/chaos/cluster/kubernetes/credentials.ts';
import { follow } from '../../../src/chaos/cluster/kubernetes/watch.ts';
import { fakeApiServer, status } from '../cluster/kubernetes/fake-api-server.ts';

// The pauses are none of its business.
vi.mock('../../../src/chaos/sleep.ts', async (original) => {
  const { sleep } = await original<typeof import('../../../src/chaos/sleep.ts')>();
  return { sleep: (duration_ms: number, signal?: AbortSignal) => sleep(Math.min(duration_ms, 2), signal) };
});

const NAMES = ['a', 'b', 'c'] as const;

const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ change: fc.constantFrom(...NAMES) }) },
  { weight: 2, arbitrary: fc.record({ remove: fc.constantFrom(...NAMES) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      harm: fc.constantFrom('drop', 'half a line', 'forget', 'forget, said later', 'fail', 'garbage'),
    }),
  },
);
type Step = { change?: string; remove?: string; harm?: string };

interface Event {
  readonly type: string;
  readonly object: KubernetesObject;
}

/** A collection that keeps its history until it is told to forget it. */
class Collection {
  readonly objects = new Map<string, KubernetesObject>();
  #history: Event[] = [];
  #version = 1;
  #forgotten = 0;
  #watch: ServerResponse | undefined;
  #refusals: string[] = [];

  answer(query: Readonly<Record<string, string>>) {
    if (query.watch === undefined) {
      return {
        body: { metadata: { resourceVersion: `${this.#version}` }, items: [...this.objects.values()] },
      };
    }
    const since = Number(query.resourceVersion);
    const refusal = this.#refusals.shift();
    if (refusal === 'fail') return status(500, 'InternalError', 'leader changed');
    if (since < this.#forgotten && refusal !== 'later') return status(410, 'Expired', 'too old');
    return (response: ServerResponse) => {
      response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders();
      if (refusal === 'garbage') return void response.end('<html>\n');
      if (since < this.#forgotten) {
        return void response.end(`${JSON.stringify({ type: 'ERROR', object: { code: 410 } })}\n`);
      }
      for (const event of this.#history) {
        if (Number(event.object.metadata?.resourceVersion) > since)
          response.write(`${JSON.stringify(event)}\n`);
      }
      this.#watch = response;
    };
  }

  take({ change, remove, harm }: Step): void {
    if (change !== undefined) this.#change(change);
    else if (remove !== undefined) this.#remove(remove);
    else this.#harm(harm);
  }

  #change(name: string): void {
    this.#version += 1;
    const before = this.objects.get(name)?.metadata?.uid;
    const metadata = {
      name,
      namespace: 'shop',
      uid: before ?? `${this.#version}`,
      resourceVersion: `${this.#version}`,
    };
    this.objects.set(name, { metadata });
    this.#tell({ type: before === undefined ? 'ADDED' : 'MODIFIED', object: { metadata } });
  }

  #remove(name: string): void {
    const object = this.objects.get(name);
    if (object === undefined) return;
    this.#version += 1;
    this.objects.delete(name);
    const metadata = { ...object.metadata, resourceVersion: `${this.#version}` };
    this.#tell({ type: 'DELETED', object: { metadata } });
  }

  #tell(event: Event): void {
    this.#history.push(event);
    this.#watch?.write(`${JSON.stringify(event)}\n`);
  }

  #harm(harm: string | undefined): void {
    if (harm?.startsWith('forget')) {
      this.#forgotten = this.#version;
      this.#history = [];
      if (harm !== 'forget') this.#refusals.push('later');
    } else if (harm === 'fail' || harm === 'garbage') this.#refusals.push(harm);
    if (harm === 'half a line') this.#watch?.write('{"type":"MODIFIED","obj');
    this.#watch?.destroy();
    this.#watch = undefined;
  }
}

test('a watch that breaks and is renewed tells every object as it is in the end, each change once', async () => {
  const steps = fc.array(fc.record({ step, pause_ms: fc.nat(3) }), { minLength: 5, maxLength: 40 });
  const property = fc.asyncProperty(steps, async (all) => {
    const collection = new Collection();
    const server = await fakeApiServer(({ query }) => collection.answer(query));
    const stopped = new AbortController();
    const seen = new Map<string, KubernetesObject>();
    const wrong: string[] = [];
    try {
      await follow(
        new Api(new Credentials({ kubeconfig: server.kubeconfig })),
        { group: '', version: 'v1', resource: 'pods', namespace: 'shop' },
        { labelSelector: 'app=web' },
        {
          changed(change, object) {
            const { name = '', uid, resourceVersion } = object.metadata ?? {};
            const known = seen.get(name)?.metadata;
            const isNew = Number(resourceVersion) > Number(known?.resourceVersion);
            const isRight =
              change === 'added'
                ? known === undefined
                : known?.uid === uid && (change === 'deleted' || isNew);
            if (!isRight) wrong.push(`${change} ${name} ${uid} ${resourceVersion}`);
            if (change === 'deleted') seen.delete(name);
            else seen.set(name, object);
          },
          lost: () => {},
          found: () => {},
        },
        stopped.signal,
      );
      for (const { step: each, pause_ms } of all) {
        collection.take(each);
        if (pause_ms > 0) await new Promise((resolve) => setTimeout(resolve, pause_ms));
      }
      await vi.waitFor(() => expect(seen).toEqual(collection.objects), { timeout: 10_000, interval: 5 });
      expect(wrong).toEqual([]);
    } finally {
      stopped.abort();
      await server.close();
    }
  });
  await fc.assert(property, { numRuns: 40 });
});

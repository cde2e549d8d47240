import type { KubernetesObject } from '@kubernetes/client-node';
import { FIELD_MANAGER } from '../annotations.ts';
import type { Operation } from '../cluster.ts';
import { isAllowed } from './access-review.ts';
import type { Api, Call } from './api.ts';
import { isApiError } from './errors.ts';

/** An object is written to by its controllers in between. */
const WRITES_MAX = 10;

/** Gives up the fields of an object that patches of ours have made ours; whoever may not do this leaves them ours. */
export async function disown(api: Api, target: Omit<Call, 'verb'>): Promise<void> {
  const { resource, namespace, group, name } = target;
  for (let attempt = 0; attempt < WRITES_MAX; attempt += 1) {
    try {
      if (!(await isAllowed(api, { verb: 'patch', group, resource, namespace, name }))) return;
      const { metadata } = await api.read<KubernetesObject>({ ...target, verb: 'get' });
      const managed = metadata?.managedFields ?? [];
      const others = managed.filter(
        ({ manager, operation }) => manager !== FIELD_MANAGER || operation !== 'Update',
      );
      if (others.length === 0 || others.length === managed.length) return;
      const body: readonly Operation[] = [
        { op: 'test', path: '/metadata/resourceVersion', value: metadata?.resourceVersion },
        { op: 'replace', path: '/metadata/managedFields', value: others },
      ];
      const contentType = 'application/json-patch+json';
      return void (await api.call({ ...target, verb: 'patch' }, { body, contentType }));
    } catch (error) {
      // Its controllers write to it all the time.
      if (!isApiError(error, 409, 422)) return;
    }
  }
}

import { NO_POD_LABEL } from '../../scenario/no-pod-label.ts';
import type { EndpointRemoval } from '../../scenario/scenario.ts';
import { ChangedError } from '../cluster/cluster.ts';
import type { FaultAction } from '../fault-action.ts';
import { isTheSame, serviceRefOf } from '../target.ts';

const { key, value } = NO_POD_LABEL;
const PATH = `/spec/selector/${key.replace('/', '~1')}`;

/** A Service's selector gets a label that no pod has; undone: that label is taken off, and nothing else changed. */
export const endpointRemoval: FaultAction<EndpointRemoval> = {
  on: 'service',
  rights: () => [
    { verb: 'get', resource: 'services', group: '', on: 'service' },
    { verb: 'patch', resource: 'services', group: '', on: 'service' },
  ],
  act: 'deselect-pods',
  byHand: ({ namespace, name }) =>
    `kubectl patch service -n ${namespace} ${name} --type=json -p '[{"op":"remove","path":"${PATH}"}]'`,
  async apply(cluster, _fault, target) {
    await cluster.patch(serviceRefOf(target), [
      isTheSame(target),
      { op: 'test', path: PATH, value: null },
      { op: 'add', path: PATH, value },
    ]);
    return {};
  },
  async undo(cluster, target) {
    const service = serviceRefOf(target);
    if ((await cluster.find(service))?.uid !== target.uid) return { note: `Service ${target.name} is gone` };
    try {
      await cluster.patch(service, [
        isTheSame(target),
        { op: 'test', path: PATH, value },
        { op: 'remove', path: PATH },
      ]);
    } catch (error) {
      if (!(error instanceof ChangedError)) throw error;
      // Where it is not there (any more) this passes; where somebody wrote in between it is tried again.
      await cluster.patch(service, [isTheSame(target), { op: 'test', path: PATH, value: null }]);
      return {};
    }
    await cluster.disown(service);
    return {};
  },
};

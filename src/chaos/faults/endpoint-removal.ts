import { NO_POD_LABEL } from '../../scenario/no-pod-label.ts';
import type { EndpointRemoval } from '../../scenario/scenario.ts';
import { ChangedError } from '../cluster/cluster.ts';
import type { FaultAction } from '../fault-action.ts';
import { marking, unmarking } from '../safety/marks.ts';
import type { Right } from '../safety/rights.ts';
import { isTheSame, serviceRefOf } from '../target.ts';

const { key, value } = NO_POD_LABEL;
const PATH = `/spec/selector/${key.replace('/', '~1')}`;

const RIGHTS: readonly Right[] = [
  { verb: 'get', resource: 'services', group: '', on: 'service' },
  { verb: 'patch', resource: 'services', group: '', on: 'service' },
];

/** A Service's selector gets a label that no pod has; undone: that label is taken off, and nothing else changed. */
export const endpointRemoval: FaultAction<EndpointRemoval> = {
  on: 'service',
  rights: () => RIGHTS,
  undoRights: () => RIGHTS,
  act: 'deselect-pods',
  byHand: ({ namespace, name }) =>
    `kubectl patch service -n ${namespace} ${name} --type=json -p '[{"op":"remove","path":"${PATH}"}]'`,
  async apply(cluster, _fault, target) {
    const service = serviceRefOf(target);
    // What its annotations are is asked for only where they matter.
    const found = target.run === undefined ? undefined : await cluster.find(service);
    await cluster.patch(service, [
      isTheSame(target),
      { op: 'test', path: PATH, value: null },
      { op: 'add', path: PATH, value },
      ...marking('endpoint-removal', target, found?.annotated),
    ]);
    return {};
  },
  async undo(cluster, target) {
    const service = serviceRefOf(target);
    const found = await cluster.find(service);
    if (found?.uid !== target.uid) return { note: `Service ${target.name} is gone` };
    const marks = unmarking('endpoint-removal', found?.annotated);
    try {
      await cluster.patch(service, [
        isTheSame(target),
        { op: 'test', path: PATH, value },
        { op: 'remove', path: PATH },
        ...marks,
      ]);
    } catch (error) {
      if (!(error instanceof ChangedError)) throw error;
      // Where it is not there (any more) this passes; where somebody wrote in between it is tried again.
      await cluster.patch(service, [isTheSame(target), { op: 'test', path: PATH, value: null }, ...marks]);
      return {};
    }
    await cluster.disown(service);
    return {};
  },
};

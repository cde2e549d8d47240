import { NO_POD_LABEL } from '../../scenario/no-pod-label.ts';
import type { EndpointRemoval, Service } from '../../scenario/scenario.ts';
import type { Cause } from '../cause.ts';
import type { FaultAction } from '../fault-action.ts';
import type { ApiClient } from '../kubernetes/api-server.ts';
import { serviceKey } from '../kubernetes/objects.ts';

/** A Service's selector gets a label that no pod has; undone: that label is taken off. */
export const endpointRemoval: FaultAction<EndpointRemoval> = {
  apply({ operator }, fault, _victims, cause) {
    const { key, value } = NO_POD_LABEL;
    select(operator, fault, (selector) => ({ ...selector, [key]: value }), cause);
  },
  undo({ operator }, fault, _victims, cause) {
    const without = ({ [NO_POD_LABEL.key]: _, ...others }: Service['selector']) => others;
    select(operator, fault, without, cause);
  },
};

function select(
  { services }: ApiClient,
  { service: name, namespace }: EndpointRemoval,
  change: (selector: Service['selector']) => Service['selector'],
  cause: Cause,
): void {
  const changed = ({ service }: { readonly service: Service }) => ({
    service: { ...service, selector: change(service.selector) },
  });
  services.update(serviceKey({ namespace, name }), changed, cause);
}

import type { ObjectEvent } from '../cluster.ts';
import { eventObject, namespaceOf } from '../object-event.ts';
import type { Api, Call } from './api.ts';
import { isApiError } from './errors.ts';

/** @throws UserError, or ApiError, where the server does not take it */
export async function writeEvent(api: Api, event: ObjectEvent, signal: AbortSignal): Promise<void> {
  const call: Call = {
    ...{ verb: 'create', group: 'events.k8s.io', version: 'v1', resource: 'events' },
    namespace: namespaceOf(event),
  };
  try {
    await api.call(call, { body: eventObject(event), signal });
  } catch (error) {
    // The answer to an earlier attempt was lost.
    if (!isApiError(error, 409)) throw error;
  }
}

/** Events as the API takes them, about what a run did to an object: for whoever looks at it with `kubectl describe`. */
import type { ObjectEvent } from './cluster.ts';

/** A qualified name, as the API server insists on (Kubernetes 1.35 pkg/apis/core/validation/events.go). */
export const REPORTING_CONTROLLER = 'foreshock.dev/foreshock';

/** Where Events on what is in no namespace have to be (as above, legacyValidateEvent). */
export const EVENT_NAMESPACE = 'default';

/** Longest name of an object (Kubernetes 1.35 apimachinery/pkg/util/validation DNS1123SubdomainMaxLength). */
const NAME_MAX = 253;
/** NoteLengthLimit and ReportingInstanceLengthLimit of the validation above. */
const NOTE_MAX_BYTES = 1024;
const INSTANCE_MAX_BYTES = 128;

/** Of events.k8s.io/v1. */
export function eventObject(event: ObjectEvent) {
  const { regarding, at, type, reason, action, note, instance } = event;
  const { apiVersion, kind, namespace, name, uid } = regarding;
  return {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: { name: nameOf(event), namespace: namespaceOf(event) },
    // With exactly six digits (apimachinery/pkg/apis/meta/v1/micro_time.go RFC3339Micro).
    eventTime: at.toISOString().replace('Z', '000Z'),
    reportingController: REPORTING_CONTROLLER,
    reportingInstance: shortened(instance, INSTANCE_MAX_BYTES),
    ...{ type, reason, action, note: shortened(note, NOTE_MAX_BYTES) },
    regarding: { apiVersion, kind, name, uid, ...(namespace === '' ? {} : { namespace }) },
  };
}

/** The same of v1, which has other words for some of its fields. */
export function coreEventObject(event: ObjectEvent) {
  const { regarding, note, reportingController, ...rest } = eventObject(event);
  return {
    ...{ ...rest, apiVersion: 'v1', eventTime: event.at },
    involvedObject: regarding,
    message: note,
    reportingComponent: reportingController,
  };
}

export const namespaceOf = ({ regarding }: ObjectEvent): string =>
  regarding.namespace === '' ? EVENT_NAMESPACE : regarding.namespace;

/** As the components of Kubernetes name theirs: after the object, with something that no other has. */
function nameOf({ regarding, id }: ObjectEvent): string {
  const name = regarding.name.slice(0, NAME_MAX - id.length - 1).replace(/[^a-z0-9]+$/, '');
  return `${name}.${id}`;
}

/** As many whole characters as there is room for. */
function shortened(text: string, size_bytes: number): string {
  return new TextDecoder().decode(Buffer.from(text).subarray(0, size_bytes), { stream: true });
}

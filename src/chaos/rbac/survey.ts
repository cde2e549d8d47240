/** What of the manifests is in the cluster, and under which names rules of RBAC have its kinds. */
import { EXIT, UserError } from '../../scenario/errors.ts';
import type { Position } from '../../scenario/scenario.ts';
import type { Cluster, ObjectRef, ResourceRef } from '../cluster/cluster.ts';
import type { Survey } from '../wanted-rights.ts';

/** Of Kubernetes 1.35, those that people write (`kubectl api-resources`). */
const KINDS: Readonly<Record<string, readonly string[]>> = {
  '': [
    ...['ConfigMap', 'Endpoints', 'LimitRange', 'Namespace', 'Node', 'PersistentVolume'],
    ...['PersistentVolumeClaim', 'Pod', 'PodTemplate', 'ReplicationController', 'ResourceQuota'],
    ...['Secret', 'Service', 'ServiceAccount'],
  ],
  apps: ['ControllerRevision', 'DaemonSet', 'Deployment', 'ReplicaSet', 'StatefulSet'],
  autoscaling: ['HorizontalPodAutoscaler'],
  batch: ['CronJob', 'Job'],
  policy: ['PodDisruptionBudget'],
  'admissionregistration.k8s.io': [
    ...['MutatingWebhookConfiguration', 'ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding'],
    'ValidatingWebhookConfiguration',
  ],
  'apiextensions.k8s.io': ['CustomResourceDefinition'],
  'apiregistration.k8s.io': ['APIService'],
  'certificates.k8s.io': ['CertificateSigningRequest'],
  'coordination.k8s.io': ['Lease'],
  'discovery.k8s.io': ['EndpointSlice'],
  'flowcontrol.apiserver.k8s.io': ['FlowSchema', 'PriorityLevelConfiguration'],
  'networking.k8s.io': ['Ingress', 'IngressClass', 'NetworkPolicy'],
  'node.k8s.io': ['RuntimeClass'],
  'rbac.authorization.k8s.io': ['ClusterRole', 'ClusterRoleBinding', 'Role', 'RoleBinding'],
  'scheduling.k8s.io': ['PriorityClass'],
  'storage.k8s.io': ['CSIDriver', 'CSINode', 'CSIStorageCapacity', 'StorageClass', 'VolumeAttachment'],
};

type Located = ObjectRef & { readonly position?: Position };

/**
 * Without a cluster.
 *
 * @param deployed whether all that the manifests name is there already
 */
export function surveyOnPaper(deployed: boolean): Survey {
  return {
    async resourceOf(ref: Located) {
      const { apiVersion, kind, namespace } = ref;
      const group = apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
      if (KINDS[group]?.includes(kind) !== true)
        throw unknownKind(ref, 'give --cluster kubernetes to ask the cluster');
      return {
        group,
        resource: plural(kind.toLowerCase()),
        namespace: namespace === '' ? undefined : namespace,
      };
    },
    find: async (ref) => (deployed || comesBefore(ref) ? SOMETHING : undefined),
  };
}

/** What is so in a cluster now. */
export function surveyOf(cluster: Cluster): Survey {
  return {
    async resourceOf(ref: Located): Promise<ResourceRef> {
      const found = await cluster.resourceOf(ref);
      if (found !== undefined) return found;
      throw unknownKind(ref, 'the cluster does not have it; install it first');
    },
    find: async (ref) => (comesBefore(ref) ? SOMETHING : cluster.find(ref)),
  };
}

const SOMETHING = { uid: '', applied: false };

type KindRef = Pick<ObjectRef, 'apiVersion' | 'kind'>;

export const isNamespace = ({ apiVersion, kind }: KindRef): boolean =>
  apiVersion === 'v1' && kind === 'Namespace';

/** Nobody can create Roles that allow more than their own do. */
export const isOfRbac = ({ apiVersion }: KindRef): boolean =>
  apiVersion.startsWith('rbac.authorization.k8s.io/');

/** What the account does not create: the namespace that its own Role is in, and Roles. */
const comesBefore = (ref: KindRef): boolean => isNamespace(ref) || isOfRbac(ref);

/** As Kubernetes makes it of its own kinds (1.35 apimachinery/pkg/api/meta/restmapper.go UnsafeGuessKindToResource). */
function plural(word: string): string {
  if (word === 'endpoints') return word;
  if (word.endsWith('s')) return `${word}es`;
  return word.endsWith('y') ? `${word.slice(0, -1)}ies` : `${word}s`;
}

function unknownKind({ apiVersion, kind, position }: Located, hint: string): UserError {
  const where = position === undefined ? '' : `${position.file}:${position.line}:${position.column}: `;
  return new UserError(`${where}what rules of RBAC call kind ${kind} in ${apiVersion} is not known`, {
    exitCode: EXIT.configuration,
    hint,
  });
}

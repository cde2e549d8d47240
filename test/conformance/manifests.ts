import type { Labels, ManifestObject } from '../../src/scenario/scenario.ts';

export const NAMESPACE = 'foreshock-conformance';
export const SERVICE = 'conformance';
export const LABELS: Labels = { app: 'conformance' };

/** nginx behind a node port, as a user would write it. */
export function manifests() {
  return {
    namespace: object({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } }),
    deployment: (replicas: number) =>
      object({
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'conformance', labels: LABELS },
        spec: {
          replicas,
          selector: { matchLabels: LABELS },
          template: {
            metadata: { labels: LABELS },
            spec: {
              containers: [
                {
                  name: 'nginx',
                  image: 'nginx:1.25',
                  ports: [{ containerPort: 80 }],
                  readinessProbe: { httpGet: { path: '/', port: 80 }, periodSeconds: 1 },
                },
              ],
            },
          },
        },
      }),
    service: object(serviceBody(SERVICE, LABELS)),
    lonelyService: object(serviceBody('nobody', { app: 'nobody' })),
  };
}

const serviceBody = (name: string, selector: Labels) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name },
  spec: { type: 'NodePort', selector, ports: [{ port: 80 }] },
});

function object(body: {
  apiVersion: string;
  kind: string;
  metadata: { name: string; labels?: Labels };
  [field: string]: unknown;
}): ManifestObject {
  const { apiVersion, kind, metadata } = body;
  const position = { file: 'test/conformance/manifests.ts', line: 1, column: 1 };
  return { apiVersion, kind, name: metadata.name, namespace: NAMESPACE, position, body };
}

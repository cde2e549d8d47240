/** What requests pass on their way: Envoy as a gateway of Istio's, and the rule that sends them on. */
import { stringify } from 'yaml';

export const GATE = 'gate';
const PORT = 8080;
const FOLDER = '/mesh';

interface Gateway {
  readonly namespace: string;
  /** Where istiod answers, without TLS. */
  readonly istiod: { readonly address: string; readonly port: number };
  /** The folder of the program, on every node. */
  readonly folder: string;
}

const all = (objects: readonly object[]): string =>
  objects.map((object) => stringify(object, { aliasDuplicateObjects: false })).join('---\n');

/** A Deployment of one, and its Service with a node port. */
export function gatewayManifest({ namespace, istiod, folder }: Gateway): string {
  const labels = { app: GATE, istio: GATE };
  const script = [
    `cat > /tmp/bootstrap.yaml <<END\n${bootstrap(namespace, istiod)}\nEND`,
    `exec ${FOLDER}/envoy --concurrency 1 --log-level warning --config-path /tmp/bootstrap.yaml`,
  ];
  const fieldRef = (fieldPath: string) => ({ valueFrom: { fieldRef: { fieldPath } } });
  const container = {
    // Debian's C library is what Envoy needs of it.
    ...{
      name: GATE,
      image: 'nginx',
      imagePullPolicy: 'IfNotPresent',
      command: ['sh', '-c', script.join('\n')],
    },
    env: [
      { name: 'POD_IP', ...fieldRef('status.podIP') },
      { name: 'POD_NAME', ...fieldRef('metadata.name') },
    ],
    ports: [{ containerPort: PORT }],
    readinessProbe: { tcpSocket: { port: PORT }, periodSeconds: 1 },
    volumeMounts: [{ name: 'mesh', mountPath: FOLDER, readOnly: true }],
  };
  const metadata = { name: GATE, namespace };
  return all([
    {
      ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata },
      spec: {
        selector: { matchLabels: { app: GATE } },
        template: {
          metadata: { labels },
          spec: {
            // The image says to stop it by SIGQUIT, which Envoy does not hear.
            ...{ terminationGracePeriodSeconds: 1, containers: [container] },
            volumes: [{ name: 'mesh', hostPath: { path: folder } }],
          },
        },
      },
    },
    {
      ...{ apiVersion: 'v1', kind: 'Service', metadata },
      spec: { type: 'NodePort', selector: { app: GATE }, ports: [{ name: 'http', port: PORT }] },
    },
  ]);
}

/** Everything that comes to the gateway goes to this Service. */
export function routeManifest(namespace: string, service: string): string {
  const metadata = { name: GATE, namespace };
  const apiVersion = 'networking.istio.io/v1';
  return all([
    {
      ...{ apiVersion, kind: 'Gateway', metadata },
      spec: {
        selector: { istio: GATE },
        servers: [{ port: { number: PORT, name: 'http', protocol: 'HTTP' }, hosts: ['*'] }],
      },
    },
    {
      ...{ apiVersion, kind: 'VirtualService', metadata },
      spec: {
        ...{ hosts: ['*'], gateways: [GATE] },
        http: [{ route: [{ destination: { host: `${service}.${namespace}.svc.cluster.local` } }] }],
      },
    },
  ]);
}

/** What istio-agent would write: who this Envoy is, and where it gets everything else. $POD_IP is the shell's to fill in. */
function bootstrap(namespace: string, { address, port }: Gateway['istiod']): string {
  const cluster_name = 'xds-grpc';
  const http2 = 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions';
  const source = { ads: {}, resource_api_version: 'V3', initial_fetch_timeout: '0s' };
  return stringify({
    node: {
      id: `router~$POD_IP~$POD_NAME.${namespace}~${namespace}.svc.cluster.local`,
      cluster: `${GATE}.${namespace}`,
      metadata: {
        ...{ NAMESPACE: namespace, CLUSTER_ID: 'Kubernetes', ISTIO_VERSION: '1.22.0' },
        LABELS: { app: GATE, istio: GATE },
      },
    },
    dynamic_resources: {
      lds_config: source,
      cds_config: source,
      ads_config: {
        ...{ api_type: 'GRPC', transport_api_version: 'V3', set_node_on_first_message_only: true },
        grpc_services: [{ envoy_grpc: { cluster_name } }],
      },
    },
    static_resources: {
      clusters: [
        {
          ...{ name: cluster_name, type: 'STATIC', connect_timeout: '1s' },
          typed_extension_protocol_options: {
            [http2]: {
              '@type': `type.googleapis.com/${http2}`,
              explicit_http_config: { http2_protocol_options: {} },
            },
          },
          load_assignment: {
            cluster_name,
            endpoints: [
              {
                lb_endpoints: [{ endpoint: { address: { socket_address: { address, port_value: port } } } }],
              },
            ],
          },
        },
      ],
    },
  });
}

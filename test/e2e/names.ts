/** An application that needs names, and whom it asks for them. */
import { stringify } from 'yaml';
import { webManifest } from './web.ts';

/** Of the application, and its namespace. */
export const SHOP = 'shop';

/** In the testbed's range of Services, and known before there is one. */
const DNS_ADDRESS = '198.18.200.253';

const MAY_LISTEN_BELOW_1024 = { runAsUser: 0 };

/** Answers DNS queries on port 53, which the fault takes, at an address that is known beforehand. */
const DNS = [
  {
    ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'dns', namespace: SHOP } },
    spec: {
      selector: { matchLabels: { app: 'dns' } },
      template: {
        metadata: { labels: { app: 'dns' } },
        spec: {
          containers: [
            {
              ...{ name: 'dns', image: 'localhost/worker:1.0', imagePullPolicy: 'IfNotPresent' },
              ...{ env: [{ name: 'DNS_LISTEN_PORT', value: '53' }], securityContext: MAY_LISTEN_BELOW_1024 },
              readinessProbe: { tcpSocket: { port: 8080 }, periodSeconds: 1 },
            },
          ],
        },
      },
    },
  },
  {
    ...{ apiVersion: 'v1', kind: 'Service', metadata: { name: 'dns', namespace: SHOP } },
    spec: {
      ...{ selector: { app: 'dns' }, clusterIP: DNS_ADDRESS },
      ports: [{ port: 53, protocol: 'UDP' }],
    },
  },
]
  .map((object) => stringify(object))
  .join('---\n');

/** Looks a name up for each request, and has nobody else to ask. */
const LOOKING_UP = webManifest({
  ...{ namespace: SHOP, name: SHOP, image: 'localhost/worker:1.0' },
  pod: { dnsPolicy: 'None', dnsConfig: { nameservers: [DNS_ADDRESS] } },
  container: {
    ports: [{ containerPort: 80 }],
    env: [
      { name: 'PORT', value: '80' },
      { name: 'LOOKUP', value: 'db.example.' },
    ],
    readinessProbe: { httpGet: { path: '/healthz', port: 80 }, periodSeconds: 1 },
    securityContext: MAY_LISTEN_BELOW_1024,
  },
});

export const shopManifest = (): string => `${DNS}---\n${LOOKING_UP}`;

import { get } from 'node:http';

/**
 * Where the istio-proxy beside a process says whether it is ready (Istio 1.30 pilot/cmd/pilot-agent/options/options.go
 * ENVOY_STATUS_PORT; manifests/charts/istio-control/istio-discovery/files/injection-template.yaml).
 */
const READY = 'http://127.0.0.1:15021/healthz/ready';
const PATIENCE_MS = 1000;

/** Whether requests from here go through a sidecar of Istio's: one answers in this pod. */
export function hasSidecar(url: string = READY): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get(url, { timeout: PATIENCE_MS, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(false));
  });
}

/** Scenarios and manifests in a temporary folder, and what is wrong with them. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach } from 'vitest';
import { loadScenario } from '../../src/scenario/load.ts';
import { ScenarioError } from '../../src/scenario/problem.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

export type Files = Readonly<Record<string, string | Uint8Array>>;

/** Writes the files and returns their folder, which is gone after the test. */
export function folderWith(files: Files): string {
  const folder = mkdtempSync(join(tmpdir(), 'foreshock-scenario-'));
  folders.push(folder);
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

export const DEPLOYMENT = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 4
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
        - name: server
          image: web:1.0
          ports:
            - name: http
              containerPort: 8080
`;

export const SERVICE = `apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  selector: {app: web}
  ports:
    - name: main
      port: 80
      targetPort: http
`;

export const SCENARIO = `version: foreshock/v1
manifests: [deployment.yaml, service.yaml]
load:
  rate: 100
  duration: 10s
faults:
  - pod-kill:
      at: 2s
`;

/** A scenario that loads, with some of its files replaced. */
export const filesWith = (changed: Files = {}): Files => ({
  'scenario.yaml': SCENARIO,
  'deployment.yaml': DEPLOYMENT,
  'service.yaml': SERVICE,
  ...changed,
});

export const load = (files: Files) => loadScenario(join(folderWith(files), 'scenario.yaml'));

/** The error that loading the files ends in, with file names relative to their folder. */
export function errorOf(
  files: Files,
  name = 'scenario.yaml',
  load: (path: string) => unknown = loadScenario,
): ScenarioError {
  const folder = folderWith(files);
  try {
    load(join(folder, name));
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    return new ScenarioError(
      error.problems.map((problem) => ({
        ...problem,
        message: problem.message.replaceAll(`${folder}/`, ''),
        position: { ...problem.position, file: problem.position.file.replace(`${folder}/`, '') },
      })),
    );
  }
  throw new Error('the scenario loads');
}

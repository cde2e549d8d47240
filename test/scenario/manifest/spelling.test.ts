import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { kubernetesFieldsText } from '../../../tools/kubernetes-fields.ts';
import { filesWith, load } from '../files.ts';
import { deployment, inContainer } from '../mutation.ts';

test('the known fields are those of the client (`npm run kubernetes-fields` writes them)', () => {
  expect(readFileSync('src/scenario/manifest/kubernetes-fields.json', 'utf8')).toBe(kubernetesFieldsText());
});

test('a field that is near to none is of a later Kubernetes, perhaps: it is named as not modelled', () => {
  const { ignored } = load(filesWith(inContainer('quantumTunnel: {depth: 1}')));
  expect(ignored).toMatchObject([
    { kind: 'Deployment spec.template.spec.containers[0].quantumTunnel', name: 'web' },
  ]);
});

test('what is near only to a field that is there, too, is not taken for that', () => {
  const { ignored } = load(filesWith(inContainer('port: 8080')));
  expect(ignored).toMatchObject([{ kind: 'Deployment spec.template.spec.containers[0].port', name: 'web' }]);
});

test('what kubectl prints of an object is all known', () => {
  const printed = {
    resourceVersion: '1',
    uid: 'a',
    creationTimestamp: null,
    managedFields: [{ manager: 'kubectl' }],
  };
  const lines = Object.entries(printed).map(([name, value]) => `  ${name}: ${JSON.stringify(value)}\n`);
  const files = deployment('  name: web\n', `  name: web\n${lines.join('')}`);
  expect(load(filesWith(files)).ignored).toEqual([]);
});

/** Writes what Kubernetes knows of the objects that manifests may have; `npm run kubernetes-fields`, after an update of the client. */
import { writeFileSync } from 'node:fs';
import { kubernetesFieldsText } from './kubernetes-fields.ts';

const FILE = new URL('../src/scenario/manifest/kubernetes-fields.json', import.meta.url);

writeFileSync(FILE, kubernetesFieldsText());
console.log('src/scenario/manifest/kubernetes-fields.json is written');

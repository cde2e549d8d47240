import { describe } from 'vitest';
import { DEPLOYMENT, type Files, SERVICE } from '../files.ts';
import {
  changed,
  deployment,
  inContainer,
  type Mutation,
  scenario,
  section,
  service,
  testMutations,
  WITHOUT_FAULTS,
} from '../mutation.ts';

const inSpec = (line: string): Files => deployment('  replicas: 4\n', `  ${line}\n`);
const inPod = (line: string): Files => deployment('    spec:\n', `    spec:\n      ${line}\n`);
/** The Deployment as a workload of another kind, in a scenario with more sections. */
const kind = (name: string, line: string, sections = ''): Files => ({
  'deployment.yaml': changed(DEPLOYMENT, 'kind: Deployment', `kind: ${name}`).replace(
    '  replicas: 4\n',
    `  ${line}\n`,
  ),
  ...section(sections),
});
const GATE = 'cluster: {feature_gates: [MaxUnavailableStatefulSet]}';
/** One more object after the Service. */
const beside = (text: string): Files => ({
  'service.yaml': `${SERVICE}---\n${text}`,
  ...scenario('      at: 2s\n', '      at: 2s\n      workload: web\n'),
});
const fault = (line: string): Files => scenario('pod-kill:\n      at: 2s', line);
const JOB = `apiVersion: batch/v1
kind: Job
metadata: {name: import}
spec: {template: {spec: {restartPolicy: Never, containers: [{name: a, image: a}]}}}
`;
const budget = (spec: string): string => `apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: keep}
spec: ${spec}
`;
const AVERAGE =
  'metrics: [{type: Resource, resource: {name: cpu, target: {type: AverageValue, averageValue: 1}}}]';
const autoscaler = (lines: readonly string[], name = 'web'): string => `apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: scale}
spec:
  scaleTargetRef: {kind: Deployment, name: ${name}}
  ${lines.join('\n  ')}
`;

const MUTATIONS: readonly Mutation[] = [
  {
    name: 'a manifest that is not there',
    files: scenario('service.yaml', 'servise.yaml'),
    says: 'scenario.yaml:2:30: cannot read servise.yaml: there is no such file; expected a manifest file or a folder of them',
  },
  {
    name: 'a folder without manifests',
    files: { ...scenario('service.yaml', 'empty'), 'empty/README.md': 'none' },
    says: 'scenario.yaml:2:30: empty holds no .yaml, .yml or .json file; expected manifests',
  },
  {
    name: 'a misspelt probe',
    files: inContainer('readinesProbe: {tcpSocket: {port: 8080}}'),
    says: 'deployment.yaml:16:11: unknown field `readinesProbe` in Deployment web; expected a field of Kubernetes',
    hint: 'did you mean `readinessProbe`?',
  },
  {
    name: 'a field with a letter that is too small',
    files: inSpec('minreadySeconds: 5'),
    says: 'deployment.yaml:6:3: unknown field `minreadySeconds` in Deployment web',
    hint: 'did you mean `minReadySeconds`?',
  },
  {
    name: 'a misspelt field that must be there',
    files: deployment('  template:', '  tempalte:'),
    says: 'deployment.yaml:9:3: unknown field `tempalte` in Deployment web',
    hint: 'did you mean `template`?',
  },
  {
    name: 'a misspelt field of a Service',
    files: service('      targetPort: http', '      targetport: http'),
    says: 'service.yaml:10:7: unknown field `targetport` in Service web',
    hint: 'did you mean `targetPort`?',
  },
  {
    name: 'a misspelt field of a budget',
    files: beside(budget('{minAvailabel: 1, selector: {matchLabels: {app: web}}}')),
    says: 'service.yaml:15:8: unknown field `minAvailabel` in PodDisruptionBudget keep',
    hint: 'did you mean `minAvailable`?',
  },
  {
    name: 'an empty manifest',
    files: { 'service.yaml': '---\n---\n' },
    says: 'service.yaml:1:1: the file holds no Kubernetes object',
  },
  {
    name: 'a manifest with broken YAML',
    files: service('  name: web', '  name: "web'),
    says: 'service.yaml:',
  },
  {
    name: 'an object without name',
    files: service('  name: web', '  generateName: web-'),
    says: 'service.yaml:4:3: `metadata.name` is missing; expected a text',
  },
  {
    name: 'the same object twice',
    files: { 'service.yaml': `${SERVICE}---\n${SERVICE}` },
    says: 'service.yaml:15:9: Service web is there twice, first at service.yaml:1',
  },
  {
    name: 'one name in two namespaces',
    files: {
      'deployment.yaml': `${DEPLOYMENT}---\n${changed(DEPLOYMENT, '  name: web\n', '  name: web\n  namespace: blue\n')}`,
    },
    says: 'deployment.yaml:20:1: Deployment web is there in two namespaces: default and blue',
  },
  {
    name: 'replicas in words',
    files: deployment('replicas: 4', 'replicas: four'),
    says: 'deployment.yaml:6:13: `spec.replicas` cannot be "four"; expected a number',
  },
  {
    name: 'a negative number of replicas',
    files: deployment('replicas: 4', 'replicas: -1'),
    says: 'deployment.yaml:6:13: `spec.replicas` cannot be -1; expected a number of at least 0',
  },
  {
    name: 'no replicas',
    files: {
      ...deployment('replicas: 4', 'replicas: 0'),
      ...WITHOUT_FAULTS,
    },
    says: 'service.yaml:1:1: the workloads behind Service web have no replicas: nothing would answer; expected spec.replicas of at least 1',
  },
  {
    name: 'a selector that does not match its own pods',
    files: deployment('matchLabels: {app: web}', 'matchLabels: {app: wbe}'),
    says: 'deployment.yaml:8:24: the selector of Deployment web does not match the labels of its own pods; expected spec.template.metadata.labels with app: wbe',
  },
  {
    name: 'matchExpressions that do not match their own pods',
    files: deployment('matchLabels: {app: web}', 'matchExpressions: [{key: app, operator: DoesNotExist}]'),
    says: 'deployment.yaml:8:23: the selector of Deployment web does not match the labels of its own pods; expected labels in spec.template.metadata that fit',
  },
  {
    name: 'an expression without its values',
    files: deployment('matchLabels: {app: web}', 'matchExpressions: [{key: app, operator: In}]'),
    says: 'deployment.yaml:8:24: `spec.selector.matchExpressions[0]` does not fit; expected values with In and NotIn, and none with Exists and DoesNotExist',
  },
  {
    name: 'an empty selector of a Deployment',
    files: deployment('    matchLabels: {app: web}', '    matchLabels: {}'),
    says: 'deployment.yaml:8:5: the selector of Deployment web is empty; expected matchLabels with at least one label',
  },
  {
    name: 'a label that is a number',
    files: deployment('labels: {app: web}', 'labels: {app: web, tier: 1}'),
    says: 'deployment.yaml:11:32: `spec.template.metadata.labels.tier` cannot be 1; expected a text',
    hint: 'put it in quotes: "1"',
  },
  {
    name: 'a label that YAML 1.1 takes for true',
    files: deployment('labels: {app: web}', 'labels: {app: web, public: yes}'),
    says: 'deployment.yaml:11:34: `spec.template.metadata.labels.public` cannot be true; expected a text',
    hint: 'put it in quotes: "yes"',
  },
  {
    name: 'a label that is a number in another way of writing',
    files: deployment('labels: {app: web}', 'labels: {app: web, tier: 0644}'),
    says: 'deployment.yaml:11:32: `spec.template.metadata.labels.tier` cannot be 420; expected a text',
    hint: 'put it in quotes: "0644"',
  },
  {
    name: 'no containers',
    files: deployment(DEPLOYMENT.slice(DEPLOYMENT.indexOf('      containers:')), '      containers: []\n'),
    says: 'deployment.yaml:13:19: `spec.template.spec.containers` is empty; expected at least 1 item',
  },
  {
    name: 'two containers of one name',
    files: inContainer('resources: {}\n        - name: server\n          image: x'),
    says: 'deployment.yaml:17:17: two containers of Deployment web are called server',
  },
  {
    name: 'a liveness probe that wants more than one success',
    files: inContainer('livenessProbe: {tcpSocket: {port: 80}, successThreshold: 2}'),
    says: 'deployment.yaml:16:68: the livenessProbe cannot want 2 successes; expected 1; more than one is for readiness probes alone',
  },
  {
    name: 'a startup probe that wants more than one success',
    files: inContainer('startupProbe: {tcpSocket: {port: 80}, successThreshold: 3}'),
    says: 'deployment.yaml:16:67: the startupProbe cannot want 3 successes',
  },
  {
    name: 'a readiness probe with a grace period',
    files: inContainer('readinessProbe: {tcpSocket: {port: 80}, terminationGracePeriodSeconds: 5}'),
    says: 'deployment.yaml:16:51: a readiness probe ends no container, so it has no terminationGracePeriodSeconds',
  },
  {
    name: 'a liveness probe that leaves no time',
    files: inContainer('livenessProbe: {tcpSocket: {port: 80}, terminationGracePeriodSeconds: 0}'),
    says: 'deployment.yaml:16:81: `spec.template.spec.containers[0].livenessProbe.terminationGracePeriodSeconds` cannot be 0; expected a number of at least 1',
  },
  {
    name: 'a probe without handler',
    files: inContainer('readinessProbe: {periodSeconds: 1}'),
    says: 'deployment.yaml:16:11: the probe has no handler; expected exactly one of httpGet, tcpSocket, grpc, exec',
  },
  {
    name: 'a probe of a port that is not there',
    files: inContainer('readinessProbe: {tcpSocket: {port: admin}}'),
    says: 'deployment.yaml:16:46: the container has no port called admin; expected a port number, or one of http',
  },
  {
    name: 'a preStop hook of unknown length',
    files: inContainer('lifecycle: {preStop: {exec: {command: [/drain.sh]}}}'),
    says: 'deployment.yaml:16:23: how long the preStop hook of container server takes cannot be read from the manifest',
    hint: 'say it in the scenario, as applications.web.pre_stop',
  },
  {
    name: 'a preStop hook before its time',
    files: {
      ...inContainer('lifecycle: {preStop: {sleep: {seconds: 5}}}'),
      ...section('cluster: {kubernetes: "1.29"}'),
    },
    says: 'deployment.yaml:16:33: this version of Kubernetes has no hooks of type sleep; expected exec: {command: [sleep, ...]}, or cluster.kubernetes of at least "1.30"',
  },
  {
    name: 'a Deployment with a field given twice, and so a Service without pods',
    files: deployment('  replicas: 4\n', '  replicas: 4\n  replicas: 5\n'),
    says: 'deployment.yaml:7:3: the field `replicas` is given twice',
  },
  {
    name: 'a Deployment that is broken, and so a Service without pods',
    files: deployment('  replicas: 4\n', '  replicas: [4\n'),
    says: 'deployment.yaml:7:3: broken YAML',
  },
  {
    name: 'a manifest that is not there, and so a Service without pods',
    files: scenario('[deployment.yaml, service.yaml]', '[deploymint.yaml, service.yaml]'),
    says: 'scenario.yaml:2:13: ',
  },
  {
    name: 'a Service that selects nothing',
    files: service('selector: {app: web}', 'selector: {app: wbe}'),
    says: 'service.yaml:6:13: Service web selects no pods: no workload of the manifests has pods with app=wbe in namespace default',
    hint: 'did you mean `app: web`?',
  },
  {
    name: 'load to a Service whose pods are not modelled',
    files: {
      'deployment.yaml': DEPLOYMENT.replace('kind: Deployment', 'kind: ReplicaSet'),
      ...WITHOUT_FAULTS,
    },
    says: 'service.yaml:6:13: Service web selects pods of ReplicaSet web, which is not modelled; expected a Service of a Deployment, ',
  },
  {
    name: 'a Service beside the load that selects nothing',
    files: {
      'service.yaml': `${SERVICE}---\n${SERVICE.replace('name: web', 'name: old').replace('app: web', 'app: old')}`,
    },
    says: 'service.yaml:17:13: Service old selects no pods: no workload of the manifests has pods with app=old in namespace default',
  },
  {
    name: 'a Service in another namespace',
    files: service('  name: web\n', '  name: web\n  namespace: blue\n'),
    says: 'service.yaml:7:13: Service web selects no pods: no workload of the manifests has pods with app=web in namespace blue',
  },
  {
    name: 'a Service without selector',
    files: service('  selector: {app: web}\n', ''),
    says: 'service.yaml:6:3: Service web has no selector; expected spec.selector with at least one label',
  },
  {
    name: 'a headless Service',
    files: service('spec:\n', 'spec:\n  clusterIP: None\n'),
    says: 'service.yaml:1:1: Service web is headless: it has no address that load could be sent to; expected a Service with an address of its own',
    hint: '`load.resolve: dns` in the scenario goes to its pods by name',
  },
  {
    name: 'an ExternalName Service',
    files: service('spec:\n', 'spec:\n  type: ExternalName\n'),
    says: 'service.yaml:6:9: Service web is an ExternalName: it has no pods behind it; expected ClusterIP, NodePort or LoadBalancer',
  },
  {
    name: 'a Service with an unknown type',
    files: service('spec:\n', 'spec:\n  type: Nodeport\n'),
    says: 'service.yaml:6:9: `spec.type` cannot be "Nodeport"; expected one of ClusterIP, NodePort, ',
    hint: 'did you mean `NodePort`?',
  },
  {
    name: 'a target port that is not there',
    files: service('targetPort: http', 'targetPort: htpt'),
    says: 'service.yaml:10:19: no container of Deployment web has a port called htpt; expected a port number, or the name of a containerPort',
    hint: 'did you mean `http`?',
  },
  {
    name: 'no Service at all',
    files: scenario(', service.yaml', ''),
    says: 'scenario.yaml:4:3: no Service to send load to; expected a Service in the manifests; they have none',
  },
  {
    name: 'a workload of the cluster itself',
    files: {
      ...deployment('  name: web\n', '  name: web\n  namespace: kube-system\n'),
      ...service('  name: web\n', '  name: web\n  namespace: kube-system\n'),
    },
    says: 'scenario.yaml:8:7: Deployment web is in the protected namespace kube-system; expected a workload outside of kube-system, kube-public, kube-node-lease',
  },
  // Strategies and the kinds beside Deployment
  {
    name: 'a strategy that could replace nothing',
    files: inSpec('strategy: {rollingUpdate: {maxUnavailable: 0, maxSurge: 0}}'),
    says: 'deployment.yaml:6:46: maxUnavailable and maxSurge are both 0: no pod could be replaced; expected one of the two above 0',
  },
  {
    name: 'a rolling update beside Recreate',
    files: inSpec('strategy: {type: Recreate, rollingUpdate: {maxSurge: 1}}'),
    says: 'deployment.yaml:6:30: a strategy of type Recreate takes no `rollingUpdate`',
  },
  {
    name: 'more unavailable pods than there are',
    files: inSpec('strategy: {rollingUpdate: {maxUnavailable: 101%}}'),
    says: 'deployment.yaml:6:46: `spec.strategy.rollingUpdate.maxUnavailable` cannot be "101%"; expected a whole number, or a percentage of at most 100%',
  },
  {
    name: 'half a percent',
    files: inSpec('strategy: {rollingUpdate: {maxSurge: 0.5%}}'),
    says: 'deployment.yaml:6:40: `spec.strategy.rollingUpdate.maxSurge` cannot be "0.5%"; expected a whole number, or a percentage such as 25%',
  },
  {
    name: 'a misspelt strategy',
    files: inSpec('strategy: {type: Recrate}'),
    says: 'deployment.yaml:6:20: `spec.strategy.type` cannot be "Recrate"; expected one of RollingUpdate, Recreate',
    hint: 'did you mean `Recreate`?',
  },
  {
    name: 'a deadline before a pod counts',
    files: inSpec('minReadySeconds: 600'),
    says: 'deployment.yaml:6:20: no rollout of Deployment web could ever finish: a pod counts after 600 s, and the deadline is 600 s; expected progressDeadlineSeconds above minReadySeconds',
  },
  {
    name: 'a pod of a Deployment that is never restarted',
    files: inPod('restartPolicy: Never'),
    says: 'deployment.yaml:13:22: `spec.template.spec.restartPolicy` cannot be "Never"; expected Always',
  },
  {
    name: 'a Job whose pods are always restarted',
    files: beside(JOB.replace('Never', 'Always')),
    says: 'service.yaml:15:41: `spec.template.spec.restartPolicy` cannot be "Always"; expected one of Never, OnFailure',
  },
  {
    name: 'a Job that says nothing of restarts',
    files: beside(JOB.replace('restartPolicy: Never, ', '')),
    says: 'service.yaml:15:25: `spec.template.spec.restartPolicy` is missing; expected one of Never, OnFailure',
  },
  {
    name: 'a StatefulSet that could replace nothing',
    files: kind('StatefulSet', 'updateStrategy: {rollingUpdate: {maxUnavailable: 0}}', GATE),
    says: 'deployment.yaml:6:52: maxUnavailable is 0: no pod could be replaced; expected a number above 0',
  },
  {
    name: 'a rolling update beside OnDelete',
    files: kind('StatefulSet', 'updateStrategy: {type: OnDelete, rollingUpdate: {partition: 1}}'),
    says: 'deployment.yaml:6:36: an updateStrategy of type OnDelete takes no `rollingUpdate`',
  },
  {
    name: 'a DaemonSet that may do without a pod and have one more at once',
    files: kind('DaemonSet', 'updateStrategy: {rollingUpdate: {maxSurge: 1}}'),
    says: 'deployment.yaml:6:35: maxUnavailable (1 where nothing is said) and maxSurge are both above 0; expected exactly one of the two above 0',
  },
  {
    name: 'a Deployment and a StatefulSet of one name',
    files: beside(DEPLOYMENT.replace('kind: Deployment', 'kind: StatefulSet')),
    says: 'service.yaml:12:1: Deployment and StatefulSet are both called web: a scenario could not tell which it means',
  },
  // Pods
  {
    name: 'a request that is no quantity',
    files: inContainer('resources: {requests: {cpu: 100millis}}'),
    says: 'deployment.yaml:16:39: `spec.template.spec.containers[0].resources.requests.cpu` cannot be "100millis"; expected a quantity that is not negative, such as 100m, 2 or 128Mi',
  },
  {
    name: 'an init container of a container’s name',
    files: inPod('initContainers: [{name: server, image: x}]'),
    says: 'deployment.yaml:13:31: two containers of Deployment web are called server',
  },
  {
    name: 'an init container that would serve',
    files: {
      ...inPod('initContainers: [{name: wait, image: x}]'),
      ...section('applications: {web/wait: {concurrency: 2}}'),
    },
    says: 'scenario.yaml:9:27: wait is an init container, which ends before the pod serves; expected run_time alone',
  },
  {
    name: 'an init container with a probe',
    files: inPod('initContainers: [{name: wait, image: x, livenessProbe: {tcpSocket: {port: 80}}}]'),
    says: 'deployment.yaml:13:47: init container wait ends by itself, so it has no livenessProbe; expected livenessProbe in one of the containers',
  },
  {
    name: 'an init container with a restart policy of its own',
    files: inPod('initContainers: [{name: mesh, image: x, restartPolicy: OnFailure}]'),
    says: 'deployment.yaml:13:62: init container mesh has a restartPolicy of its own, OnFailure, which is not modelled; expected Always, which makes it a sidecar, or no restartPolicy',
  },
  {
    name: 'a toleration of an effect that there is not',
    files: inPod('tolerations: [{operator: Exists, effect: NoExcute}]'),
    says: 'deployment.yaml:13:48: `spec.template.spec.tolerations[0].effect` cannot be "NoExcute"; expected one of NoSchedule, PreferNoSchedule, NoExecute',
  },
  {
    name: 'a toleration of no taint',
    files: inPod('tolerations: [{effect: NoSchedule}]'),
    says: 'deployment.yaml:13:21: `spec.template.spec.tolerations[0]` does not fit; expected a key, or operator: Exists for every taint',
  },
  {
    name: 'a toleration of a while that does not say of what',
    files: inPod('tolerations: [{key: a, operator: Exists, tolerationSeconds: 5}]'),
    says: 'deployment.yaml:13:21: `spec.template.spec.tolerations[0]` does not fit; expected effect: NoExecute with tolerationSeconds',
  },
  {
    name: 'a spread without a domain',
    files: inPod('topologySpreadConstraints: [{maxSkew: 1, whenUnsatisfiable: DoNotSchedule}]'),
    says: 'deployment.yaml:13:35: `spec.template.spec.topologySpreadConstraints[0].topologyKey` is missing; expected a text',
  },
  // Budgets, autoscalers, Services
  {
    name: 'a budget of two kinds',
    files: beside(budget('{minAvailable: 1, maxUnavailable: 1, selector: {matchLabels: {app: web}}}')),
    says: 'service.yaml:15:7: PodDisruptionBudget keep has both minAvailable and maxUnavailable; expected exactly one of the two',
  },
  {
    name: 'a budget of nothing',
    files: beside(budget('{selector: {matchLabels: {app: web}}}')),
    says: 'service.yaml:15:7: PodDisruptionBudget keep has neither minAvailable nor maxUnavailable; expected exactly one of the two',
  },
  {
    name: 'a budget of no pods',
    files: beside(budget('{minAvailable: 1, selector: {matchLabels: {app: wbe}}}')),
    says: 'service.yaml:15:35: PodDisruptionBudget keep selects no pods: no workload of the manifests has pods with app=wbe in namespace default',
    hint: 'did you mean `app: web`?',
  },
  {
    name: 'an autoscaler of a workload that is not there',
    files: beside(autoscaler(['maxReplicas: 3'], 'wbe')),
    says: 'service.yaml:16:44: there is no Deployment `wbe` to scale in namespace default; expected a Deployment of the manifests: web',
    hint: 'did you mean `web`?',
  },
  {
    name: 'an autoscaler that knows no utilization',
    files: beside(autoscaler(['maxReplicas: 3'])),
    says: 'service.yaml:16:19: container server of Deployment web requests no cpu, so the utilization of its pods is not known and nothing would be scaled; expected resources.requests.cpu',
  },
  {
    name: 'an autoscaler with its bounds swapped',
    files: beside(autoscaler(['minReplicas: 5', 'maxReplicas: 3'])),
    says: 'service.yaml:18:16: maxReplicas 3 is below minReplicas 5; expected at least 5',
  },
  {
    name: 'two autoscalers of one workload',
    files: beside(
      `${autoscaler(['maxReplicas: 3', AVERAGE])}---\n${autoscaler(['maxReplicas: 4', AVERAGE]).replace('name: scale', 'name: more')}`,
    ),
    says: 'service.yaml:20:1: web has two HorizontalPodAutoscalers, scale and more: neither would scale it',
  },
  {
    name: 'a traffic policy for traffic that never comes',
    files: service('spec:\n', 'spec:\n  externalTrafficPolicy: Local\n'),
    says: 'service.yaml:6:3: Service web is a ClusterIP, which no traffic reaches from outside; expected externalTrafficPolicy with type NodePort or LoadBalancer alone',
  },
  // Faults that a kind of workload cannot have
  {
    name: 'a rollout of a Job',
    files: { ...beside(JOB), ...fault('rollout-restart: {at: 2s, workload: import}') },
    says: 'scenario.yaml:7:41: the pods of Job import cannot be replaced: its template never changes; expected a Deployment, a StatefulSet or a DaemonSet',
  },
  {
    name: 'a DaemonSet that is scaled',
    files: { ...kind('DaemonSet', 'minReadySeconds: 0'), ...fault('scale: {at: 2s, replicas: 3}') },
    says: 'scenario.yaml:7:12: DaemonSet web cannot be scaled; expected a Deployment or a StatefulSet',
  },
  {
    name: 'a workload that is one of several, unsaid',
    files: { ...beside(JOB), ...fault('pod-kill: {at: 2s}') },
    says: 'scenario.yaml:7:15: several workloads: `workload` must say which; expected a workload of the manifests: web, import',
  },
  // Pods that have no place
  {
    name: 'a nodeSelector that no node fits',
    files: inPod('nodeSelector: {disk: ssd}'),
    says: 'deployment.yaml:1:1: no node of the cluster may run pods of Deployment web: nodeSelector and tolerations leave none; expected such a node under `cluster.nodes` in the scenario',
  },
  {
    name: 'a pod larger than every node',
    files: {
      ...inContainer('resources: {requests: {cpu: 8, memory: 1Gi}}'),
      ...section('cluster: {nodes: [{cpu: 4}, {cpu: 7900m}]}'),
    },
    says: 'deployment.yaml:1:1: no node of the cluster has room for a pod of Deployment web, which requests 8000m cpu and 1073741824 bytes of memory',
  },
];

describe('one mistake in a manifest brings one problem, at its place', () => testMutations(MUTATIONS));

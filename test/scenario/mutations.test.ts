import { describe, expect, test } from 'vitest';
import { errorOf, SCENARIO } from './files.ts';
import { inFault, inLoad, type Mutation, scenario, section, testMutations } from './mutation.ts';

const DURATION = 'expected a duration with its unit, such as 500ms, 2s or 1m30s';
const FRACTION =
  'expected a percentage of at most 100 such as 99.9%, or a fraction of at most 1 such as 0.999';
const RATE = 'expected requests a second above 0, at most 100000, such as 100 or 100/s';

const MUTATIONS: readonly Mutation[] = [
  // The file itself
  { name: 'an empty file', files: { 'scenario.yaml': '' }, says: 'scenario.yaml:1:1: the file is empty' },
  {
    name: 'nothing but a comment',
    files: { 'scenario.yaml': '# later\n' },
    says: 'scenario.yaml:1:1: the file is empty',
  },
  {
    name: 'a list instead of a mapping',
    files: { 'scenario.yaml': '- version: foreshock/v1\n' },
    says: 'scenario.yaml:1:1: the file cannot be a list; expected a mapping',
  },
  {
    name: 'two scenarios in one file',
    files: { 'scenario.yaml': `${SCENARIO}---\n${SCENARIO}` },
    says: 'scenario.yaml:10:1: a second document in the file; expected one scenario a file',
  },
  {
    name: 'bytes that are not UTF-8',
    files: {
      'scenario.yaml': Buffer.concat([Buffer.from('version: foreshock/v1\nname: '), Buffer.from([0xff])]),
    },
    says: 'scenario.yaml:2:1: the file is not UTF-8 text',
    hint: 'save it with the encoding UTF-8',
  },
  {
    name: 'UTF-16',
    files: { 'scenario.yaml': Buffer.from(`\ufeff${SCENARIO}`, 'utf16le') },
    says: 'scenario.yaml:1:1: the file is not UTF-8 text',
  },
  {
    name: 'a tab as indentation',
    files: scenario('  rate: 100', '\trate: 100'),
    says: 'scenario.yaml:4:1: broken YAML: Tabs are not allowed as indentation',
    hint: 'indent with spaces',
  },
  {
    name: 'an open bracket',
    files: scenario('service.yaml]', 'service.yaml'),
    says: 'scenario.yaml:',
  },
  {
    name: 'a key given twice',
    files: scenario('  rate: 100\n', '  rate: 100\n  rate: 200\n'),
    says: 'scenario.yaml:5:3: the field `rate` is given twice',
  },
  {
    name: 'an unknown tag',
    files: scenario('rate: 100', 'rate: !fast 100'),
    says: 'scenario.yaml:4:9: broken YAML: Unresolved tag: !fast',
  },
  {
    name: 'an alias without anchor',
    files: scenario('rate: 100', 'rate: *fast'),
    says: 'scenario.yaml:4:9: the alias *fast has no anchor before it',
  },
  {
    name: 'an alias within its own anchor',
    files: section('cluster: &c {nodes: *c}'),
    says: 'scenario.yaml:9:21: the alias *c has no anchor before it, or stands within it',
  },
  {
    name: 'an alias bomb',
    files: {
      'scenario.yaml': `a: &a [x, x, x, x, x, x, x, x, x, x]\n${[...'bcdefghi']
        .map((name, i) => `${name}: &${name} [${`*${'abcdefgh'[i]}, `.repeat(10)}]`)
        .join('\n')}\n`,
    },
    says: 'scenario.yaml:1:1: the file cannot be read: its aliases multiply too much',
  },
  // Its fields
  {
    name: 'no version',
    files: scenario('version: foreshock/v1\n', ''),
    says: 'scenario.yaml:1:1: `version` is missing; expected foreshock/v1',
  },
  {
    name: 'a version of the future',
    files: scenario('foreshock/v1', 'foreshock/v2'),
    says: 'scenario.yaml:1:10: `version` cannot be "foreshock/v2"; expected foreshock/v1',
    hint: 'did you mean `foreshock/v1`?',
  },
  {
    name: 'a misspelt section',
    files: section('objectivs: {}'),
    says: 'scenario.yaml:9:1: unknown field `objectivs`; expected one of version, name, ',
    hint: 'did you mean `objectives`?',
  },
  {
    name: 'an unknown section that is like no other',
    files: section('budget: 5'),
    says: 'scenario.yaml:9:1: unknown field `budget`; expected one of version, name, ',
  },
  {
    name: 'a slash in the name',
    files: section('name: ../../etc'),
    says: 'scenario.yaml:9:7: `name` cannot be "../../etc"; expected a name of at most 100 characters, on one line, without slashes, and not "." or ".."',
  },
  {
    name: 'a name that is another folder',
    files: section('name: ".."'),
    says: 'scenario.yaml:9:7: `name` cannot be ".."; expected a name of at most 100 characters, on one line, without slashes, and not "." or ".."',
  },
  {
    name: 'no manifests',
    files: scenario('[deployment.yaml, service.yaml]', '[]'),
    says: 'scenario.yaml:2:12: `manifests` is empty; expected at least 1 item',
  },
  {
    name: 'manifests as a text',
    files: scenario('[deployment.yaml, service.yaml]', 'deployment.yaml'),
    says: 'scenario.yaml:2:12: `manifests` cannot be "deployment.yaml"; expected a list',
  },
  {
    name: 'a version of Kubernetes without quotes',
    files: section('cluster: {kubernetes: 1.30}'),
    says: 'scenario.yaml:9:23: `cluster.kubernetes` cannot be 1.3; expected a version of Kubernetes in quotes',
    hint: 'put it in quotes: "1.30"',
  },
  {
    name: 'a version of Kubernetes that is not known',
    files: section('cluster: {kubernetes: "1.12"}'),
    says: 'scenario.yaml:9:23: `cluster.kubernetes` cannot be "1.12"; expected a version of Kubernetes in quotes, from "1.26" to "1.36"',
  },
  {
    name: 'no nodes',
    files: section('cluster: {nodes: 0}'),
    says: 'scenario.yaml:9:18: `cluster.nodes` cannot be 0; expected a number of at least 1',
  },
  {
    name: 'half a node',
    files: section('cluster: {nodes: 1.5}'),
    says: 'scenario.yaml:9:18: `cluster.nodes` cannot be 1.5; expected a number of nodes, or a list of them',
  },
  {
    name: 'an empty section',
    files: section('cluster:'),
    says: 'scenario.yaml:9:1: `cluster` is empty; expected a mapping',
  },
  {
    name: 'no trials',
    files: section('trials: {predict: 0}'),
    says: 'scenario.yaml:9:19: `trials.predict` cannot be 0; expected a number of at least 1',
  },
  {
    name: 'a seed that is a list',
    files: section('seed: [1]'),
    says: 'scenario.yaml:9:7: `seed` cannot be a list; expected a whole number or a text',
  },
  {
    name: 'a seed with too many digits for a number',
    files: section('seed: 12345678901234567890'),
    says: 'scenario.yaml:9:7: `seed` cannot be 12345678901234567000; expected a whole number below 2^53, or a text in quotes',
    hint: 'put it in quotes: "12345678901234567890"',
  },
  {
    name: 'more zones than nodes',
    files: section('cluster: {nodes: [{zones: [a, b, c]}, {count: 2, zones: [a, b]}]}'),
    says: 'scenario.yaml:9:19: `cluster.nodes[0]` does not fit; expected a node for each of its zones: a `count` of at least as many',
  },
  {
    name: 'a zone that is said twice',
    files: section('cluster: {nodes: [{zone: a, labels: {topology.kubernetes.io/zone: b}}, {}]}'),
    says: 'scenario.yaml:9:19: `cluster.nodes[0]` does not fit; expected either zone, or the label topology.kubernetes.io/zone',
  },
  {
    name: 'two nodes of one name',
    files: section('cluster: {nodes: [{name: a}, {name: b}, {name: a}]}'),
    says: 'scenario.yaml:9:48: two nodes are called a',
  },
  {
    name: 'a node called as another will be',
    files: section('cluster: {nodes: [{name: node-2}, {}]}'),
    says: 'scenario.yaml:9:26: two nodes are called node-2',
    hint: 'nodes without a name are called after their place',
  },
  {
    name: 'many nodes of one name',
    files: section('cluster: {nodes: [{name: a, count: 3}]}'),
    says: 'scenario.yaml:9:19: `cluster.nodes[0]` does not fit; expected either a name, for one node, or a count',
  },
  {
    name: 'a misspelt field of a node',
    files: section('cluster: {nodes: [{memmory: 8Gi}]}'),
    says: 'scenario.yaml:9:20: unknown field `memmory` in `cluster.nodes[0]`; expected one of name, count, ',
    hint: 'did you mean `memory`?',
  },
  {
    name: 'memory in the units of sizes',
    files: section('cluster: {nodes: [{memory: 8GiB}]}'),
    says: 'scenario.yaml:9:28: `cluster.nodes[0].memory` cannot be "8GiB"; expected memory as Kubernetes writes it, such as 8Gi or 512Mi',
  },
  {
    name: 'a node without processors',
    files: section('cluster: {nodes: [{cpu: 0}]}'),
    says: 'scenario.yaml:9:25: `cluster.nodes[0].cpu` cannot be 0; expected processors, such as 4 or 500m',
  },
  {
    name: 'a machine without cores',
    files: section('cluster: {nodes: [{cores: 0}]}'),
    says: 'scenario.yaml:9:27: `cluster.nodes[0].cores` cannot be 0; expected a number of processors above 0, such as 4 or 0.5',
  },
  {
    name: 'a host that nobody knows the cores of',
    files: section('cluster: {nodes: [{host: laptop}]}'),
    says: 'scenario.yaml:9:19: `cluster.nodes[0]` does not fit; expected the cores of its host',
  },
  {
    name: 'a host that has two numbers of cores',
    files: section('cluster: {nodes: [{cores: 2, host: laptop}, {cores: 4, host: laptop}]}'),
    says: 'scenario.yaml:9:53: the host laptop has 2 cores, by another of its nodes; expected 2',
  },
  {
    name: 'a taint without effect',
    files: section('cluster: {nodes: [{taints: [{key: gpu}]}]}'),
    says: 'scenario.yaml:9:29: `cluster.nodes[0].taints[0].effect` is missing; expected one of NoSchedule, PreferNoSchedule, NoExecute',
  },
  {
    name: 'more nodes than Kubernetes takes',
    files: section('cluster: {nodes: [{count: 3000}, {count: 3000}]}'),
    says: 'scenario.yaml:9:18: the cluster has 6000 nodes; expected at most 5000',
  },
  {
    name: 'a mode of kube-proxy before its time',
    files: section('cluster: {kubernetes: "1.28", proxy: nftables}'),
    says: 'scenario.yaml:9:38: kube-proxy of Kubernetes 1.28 has no mode nftables; expected cluster.kubernetes of at least "1.29"',
  },
  {
    name: 'a feature gate before its time',
    files: section('cluster: {kubernetes: "1.32", feature_gates: [ReduceDefaultCrashLoopBackOffDecay]}'),
    says: 'scenario.yaml:9:47: Kubernetes 1.32 has no feature gate ReduceDefaultCrashLoopBackOffDecay; expected cluster.kubernetes of at least "1.33"',
  },
  {
    name: 'an image that nobody has',
    files: section('cluster: {registry: {images: {"web:1.1": {size: 5MB}}}}'),
    says: 'scenario.yaml:9:31: no container of the manifests has the image web:1.1; expected one of web:1.0',
    hint: 'did you mean `web:1.0`?',
  },
  {
    name: 'an image without its size',
    files: section('cluster: {registry: {images: {"web:1.0": {}}}}'),
    says: 'scenario.yaml:9:42: `cluster.registry.images.web:1.0.size` is missing; expected a size with its unit, such as 150MiB or 1.2GB',
  },
  {
    name: 'a bandwidth in bits',
    files: section('cluster: {registry: {bandwidth: 1Gbit/s}}'),
    says: 'scenario.yaml:9:33: `cluster.registry.bandwidth` cannot be "1Gbit/s"; expected bytes a second with their unit, such as 50MiB/s',
  },
  // Load
  {
    name: 'a misspelt rate',
    files: inLoad('raet: 100'),
    says: 'scenario.yaml:6:3: unknown field `raet` in `load`; expected one of service, port, path, rate, ',
    hint: 'did you mean `rate`?',
  },
  {
    name: 'a rate of 0',
    files: scenario('rate: 100', 'rate: 0'),
    says: `scenario.yaml:4:9: \`load.rate\` cannot be 0; ${RATE}`,
  },
  {
    name: 'an infinite rate',
    files: scenario('rate: 100', 'rate: .inf'),
    says: `scenario.yaml:4:9: \`load.rate\` cannot be Infinity; ${RATE}`,
  },
  {
    name: 'a rate a minute',
    files: scenario('rate: 100', 'rate: 100/m'),
    says: `scenario.yaml:4:9: \`load.rate\` cannot be "100/m"; ${RATE}`,
  },
  {
    name: 'a rate of 0 a second',
    files: scenario('rate: 100', 'rate: 0/s'),
    says: `scenario.yaml:4:9: \`load.rate\` cannot be "0/s"; ${RATE}`,
  },
  {
    name: 'no duration',
    files: scenario('  duration: 10s\n', ''),
    says: `scenario.yaml:4:3: \`load.duration\` is missing; ${DURATION}`,
  },
  {
    name: 'a duration without unit',
    files: scenario('duration: 10s', 'duration: 10'),
    says: `scenario.yaml:5:13: \`load.duration\` cannot be 10; ${DURATION}`,
    hint: 'numbers need a unit: 10s or 10ms',
  },
  {
    name: 'a duration in an unknown unit',
    files: scenario('duration: 10s', 'duration: 10sec'),
    says: `scenario.yaml:5:13: \`load.duration\` cannot be "10sec"; ${DURATION}`,
  },
  {
    name: 'a negative duration',
    files: scenario('duration: 10s', 'duration: -10s'),
    says: `scenario.yaml:5:13: \`load.duration\` cannot be "-10s"; ${DURATION}`,
  },
  {
    name: 'a duration of nothing',
    files: scenario('duration: 10s', 'duration: 0s'),
    says: `scenario.yaml:5:13: \`load.duration\` cannot be "0s"; ${DURATION}, longer than 0s`,
  },
  {
    name: 'a duration of centuries',
    files: scenario('duration: 10s', 'duration: 99999999h'),
    says: `scenario.yaml:5:13: \`load.duration\` cannot be "99999999h"; ${DURATION}, of at most a year`,
  },
  {
    name: 'more requests than can be',
    files: scenario('rate: 100\n  duration: 10s', 'rate: 100000\n  duration: 10h'),
    says: 'scenario.yaml:5:13: 100000 requests a second for 36000 s are 3600000000 requests; expected between one request and 100 million',
  },
  {
    name: 'a latency limit above the timeout',
    files: inLoad('latency_limit: 2s'),
    says: 'scenario.yaml:6:18: the latency limit (2 s) is above the timeout (1 s): no answer could be that late; expected at most `load.timeout`',
  },
  {
    name: 'arrivals of an unknown kind',
    files: inLoad('arrivals: poison'),
    says: 'scenario.yaml:6:13: `load.arrivals` cannot be "poison"; expected one of constant, poisson',
    hint: 'did you mean `poisson`?',
  },
  {
    name: 'a status that cannot be',
    files: inLoad('expected_status: [99]'),
    says: 'scenario.yaml:6:21: `load.expected_status[0]` cannot be 99; expected a number of at least 100',
  },
  {
    name: 'a path without slash',
    files: inLoad('path: index.html'),
    says: 'scenario.yaml:6:9: `load.path` cannot be "index.html"; expected a path that begins with "/" and holds no spaces',
  },
  {
    name: 'a Service that is not there',
    files: inLoad('service: wbe'),
    says: 'scenario.yaml:6:12: there is no Service `wbe`; expected a Service of the manifests: web',
    hint: 'did you mean `web`?',
  },
  {
    name: 'a port that the Service does not have',
    files: inLoad('port: 8080'),
    says: 'scenario.yaml:6:9: Service web has no TCP port 8080; expected one of 80, main',
  },
  {
    name: 'a port number in quotes',
    files: inLoad('port: "80"'),
    says: 'scenario.yaml:6:9: Service web has no TCP port 80; expected one of 80, main',
    hint: 'numbers stand without quotes: 80',
  },
  {
    name: 'a number of pods in quotes',
    files: inFault('value: "2"'),
    says: 'scenario.yaml:9:14: `faults[0].pod-kill.value` cannot be "2"; expected a whole number of pods above 0, or a percentage such as 50%',
    hint: 'numbers stand without quotes: 2',
  },
  {
    name: 'a misspelt port name',
    files: inLoad('port: mian'),
    says: 'scenario.yaml:6:9: Service web has no TCP port mian; expected one of 80, main',
    hint: 'did you mean `main`?',
  },
  {
    name: 'a port above 65535',
    files: inLoad('port: 70000'),
    says: 'scenario.yaml:6:9: `load.port` cannot be 70000; expected a port of the Service',
  },
  {
    name: 'a step after the load',
    files: inLoad('steps: [{at: 10s, rate: 5}]'),
    says: 'scenario.yaml:6:16: the rate would change at 10 s, when the load has ended; expected a time before 10 s (`load.duration`)',
  },
  {
    name: 'steps out of order',
    files: inLoad('steps: [{at: 5s, rate: 5}, {at: 3s, rate: 6}]'),
    says: 'scenario.yaml:6:35: the step at 3 s does not come after the one at 5 s; expected steps in the order of time',
  },
  // Faults
  {
    name: 'an unknown fault',
    files: scenario('pod-kill', 'pod-kil'),
    says: 'scenario.yaml:7:5: unknown field `pod-kil` in `faults[0]`; expected one of pod-kill, container-kill',
    hint: 'did you mean `pod-kill`?',
  },
  {
    name: 'two faults in one item',
    files: scenario('      at: 2s\n', '      at: 2s\n    container-kill:\n      at: 2s\n'),
    says: 'scenario.yaml:7:5: `faults[0]` does not fit; expected exactly one fault an item: one of pod-kill, container-kill, ',
  },
  {
    name: 'faults as a mapping',
    files: scenario('  - pod-kill:\n      at: 2s', '  pod-kill:\n      at: 2s'),
    says: 'scenario.yaml:7:3: `faults` cannot be a mapping; expected a list',
  },
  {
    name: 'a fault without time',
    files: scenario('      at: 2s', '      mode: one'),
    says: `scenario.yaml:8:7: \`faults[0].pod-kill.at\` is missing; expected a duration such as 2s, or a distribution such as {un`,
  },
  {
    name: 'a fault after the load',
    files: scenario('at: 2s', 'at: 10s'),
    says: 'scenario.yaml:8:11: the fault would act at 10 s, when the load has ended; expected a time before 10 s',
  },
  {
    name: 'a repetition after the load',
    files: inFault('repeat: {every: 3s, times: 4}'),
    says: 'scenario.yaml:9:34: the last of 4 acts would come when the load has ended, at 10 s; expected at most 3',
  },
  {
    name: 'endless repetitions',
    files: inFault('repeat: {every: 1ms}'),
    says: 'scenario.yaml:9:23: the fault would act 8000 times; expected at most 1000 acts',
  },
  {
    name: 'an unknown mode',
    files: inFault('mode: al'),
    says: 'scenario.yaml:9:13: `faults[0].pod-kill.mode` cannot be "al"; expected one of one, all, fixed, ',
    hint: 'did you mean `all`?',
  },
  {
    name: 'a fixed number that is not given',
    files: inFault('mode: fixed'),
    says: 'scenario.yaml:8:7: mode fixed needs a `value`; expected a number of pods, such as 2',
  },
  {
    name: 'more pods than there are',
    files: inFault('mode: fixed\n      value: 5'),
    says: 'scenario.yaml:10:14: 5 pods are more than the 4 of Deployment web; expected at most 4',
  },
  {
    name: 'a percentage where a number belongs',
    files: inFault('mode: fixed\n      value: 50%'),
    says: 'scenario.yaml:10:14: mode fixed takes a number of pods, not 50%; expected a number of pods, such as 2',
    hint: 'or use mode: fixed-percent',
  },
  {
    name: 'a share above 100 %',
    files: inFault('mode: fixed-percent\n      value: 150%'),
    says: 'scenario.yaml:10:14: 150 % cannot be the share of the pods; expected a whole percentage from 1% to 100%',
  },
  {
    name: 'a value for a mode without',
    files: inFault('mode: all\n      value: 2'),
    says: 'scenario.yaml:10:7: mode all takes no `value`',
  },
  {
    name: 'a grace period of half a second',
    files: inFault('grace_period: 500ms'),
    says: 'scenario.yaml:9:21: `faults[0].pod-kill.grace_period` cannot be "500ms"; expected a duration of whole seconds, such as 0s or 30s',
  },
  {
    name: 'a grace period for a container',
    files: scenario('pod-kill:\n      at: 2s', 'container-kill:\n      at: 2s\n      grace_period: 0s'),
    says: 'scenario.yaml:9:7: unknown field `grace_period` in `faults[0].container-kill`; expected one of workload, ',
  },
  {
    name: 'a misspelt workload',
    files: inFault('workload: wbe'),
    says: 'scenario.yaml:9:17: there is no workload `wbe`; expected a workload of the manifests: web',
    hint: 'did you mean `web`?',
  },
  {
    name: 'a misspelt container',
    files: scenario('pod-kill:\n      at: 2s', 'container-kill:\n      at: 2s\n      container: sever'),
    says: 'scenario.yaml:9:18: Deployment web has no container `sever`; expected one of server',
    hint: 'did you mean `server`?',
  },
  {
    name: 'a scale to what is there',
    files: scenario('pod-kill:\n      at: 2s', 'scale:\n      at: 2s\n      replicas: 4'),
    says: 'scenario.yaml:9:17: Deployment web has 4 replicas already; expected another number',
  },
  {
    name: 'a scale that does not say to what',
    files: scenario('pod-kill:\n      at: 2s', 'scale:\n      at: 2s'),
    says: 'scenario.yaml:8:7: scale has neither `replicas` nor `by`; expected exactly one of the two',
  },
  {
    name: 'a scale that is repeated and never undone',
    files: scenario('pod-kill:\n      at: 2s', 'scale: {at: 2s, replicas: 1, repeat: {every: 2s, times: 2}}'),
    says: 'scenario.yaml:7:34: the first act lasts until the trial is over: there is nothing left to repeat; expected a `duration` with `repeat`',
  },
  {
    name: 'an outage that begins again before it ends',
    files: scenario(
      'pod-kill:\n      at: 2s',
      'registry-outage: {at: 2s, duration: 2s, repeat: {every: 2s, times: 2}}',
    ),
    says: 'scenario.yaml:7:61: the next act would come after 2 s, before the last is undone after 2 s; expected a time longer than `duration`',
  },
  {
    name: 'an unknown part of the control plane',
    files: scenario('pod-kill:\n      at: 2s', 'control-plane-outage: {at: 2s, component: etcd}'),
    says: 'scenario.yaml:7:47: `faults[0].control-plane-outage.component` cannot be "etcd"; expected one of api-server, controller-manager, scheduler, all',
  },
  {
    name: 'a fault that lasts no time',
    files: scenario('pod-kill:\n      at: 2s', 'node-loss: {at: 2s, duration: 0s}'),
    says: `scenario.yaml:7:35: \`faults[0].node-loss.duration\` cannot be "0s"; ${DURATION}, longer than 0s`,
  },
  // Applications, timers, objectives
  {
    name: 'a misspelt application',
    files: section('applications: {wev: {}}'),
    says: 'scenario.yaml:9:16: there is no application `wev`; expected one of web',
    hint: 'did you mean `web`?',
  },
  {
    name: 'an unknown field of an application',
    files: section('applications: {web: {startup: 1s}}'),
    says: 'scenario.yaml:9:22: unknown field `startup` in `applications.web`; expected one of start_time, ',
  },
  {
    name: 'a container that would run and end',
    files: section('applications: {web: {run_time: 1s}}'),
    says: 'scenario.yaml:9:22: container server of the manifest is no init container: it does not end by itself',
    hint: 'say its start_time',
  },
  {
    name: 'an API server of many minds',
    files: section('timing: {default_toleration: {uniform: {min: 1s, max: 9s}}}'),
    says: 'scenario.yaml:9:30: default_toleration is a flag of the API server, which has one value; expected a duration of whole seconds, such as 300s',
  },
  {
    name: 'a preStop hook that is not there',
    files: section('applications: {web: {pre_stop: 5s}}'),
    says: 'scenario.yaml:9:22: container server of the manifest has no preStop hook that could take time',
  },
  {
    name: 'a misspelt distribution',
    files: section('applications: {web: {start_time: {unifrom: {min: 1s, max: 2s}}}}'),
    says: 'scenario.yaml:9:35: unknown field `unifrom` in `applications.web.start_time`; expected one of uniform, normal, ',
    hint: 'did you mean `uniform`?',
  },
  {
    name: 'a distribution with a misspelt parameter',
    files: section('applications: {web: {start_time: {normal: {mean: 1s, sd: 1s, mea: 1s}}}}'),
    says: 'scenario.yaml:9:62: unknown field `mea` in `applications.web.start_time.normal`; expected one of mean, sd',
    hint: 'did you mean `mean`?',
  },
  {
    name: 'a distribution whose ends are swapped',
    files: section('timing: {sandbox_start: {uniform: {min: 3s, max: 1s}}}'),
    says: 'scenario.yaml:9:35: `timing.sandbox_start.uniform` does not fit; expected a max that is not below min',
  },
  {
    name: 'two distributions at once',
    files: section('timing: {sandbox_start: {exponential: {mean: 1s}, empirical: [1s]}}'),
    says: 'scenario.yaml:9:25: `timing.sandbox_start` does not fit; expected exactly one of uniform, normal, ',
  },
  {
    name: 'a distribution without values',
    files: section('timing: {sandbox_start: {empirical: []}}'),
    says: 'scenario.yaml:9:37: `timing.sandbox_start.empirical` is empty; expected at least 1 item',
  },
  {
    name: 'a misspelt timer',
    files: section('timing: {kubelet_pleg_perod: 2s}'),
    says: 'scenario.yaml:9:10: unknown field `kubelet_pleg_perod` in `timing`; expected one of ',
    hint: 'did you mean `kubelet_pleg_period`?',
  },
  {
    name: 'an objective in percent without its sign',
    files: section('objectives: {availability_time: 99.9}'),
    says: `scenario.yaml:9:33: \`objectives.availability_time\` cannot be 99.9; ${FRACTION}`,
    hint: 'did you mean 99.9%?',
  },
  {
    name: 'an objective above 100 %',
    files: section('objectives: {availability_requests: 100.1%}'),
    says: `scenario.yaml:9:37: \`objectives.availability_requests\` cannot be "100.1%"; ${FRACTION}`,
  },
  {
    name: 'a throughput above the rate of the load',
    files: section('objectives: {throughput: 101/s}'),
    says: 'scenario.yaml:9:26: a throughput of 101/s can never be reached: the load is only 100/s; expected at most the rate of the load',
  },
];

describe('one mistake brings one problem, at its place', () => testMutations(MUTATIONS));

test('a hundred thousand levels of nesting end in a problem, not in a stack overflow', () => {
  const error = errorOf({ 'scenario.yaml': `version: ${'['.repeat(100_000)}` });
  expect(error.problems).toHaveLength(1);
  expect(error.message).toMatch(/^scenario\.yaml:1:\d+: the file is nested too deeply to be read\n/);
});

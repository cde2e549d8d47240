import type { Service } from '../../scenario/scenario.ts';
import { below } from '../engine/random.ts';
import type { Environment } from '../environment.ts';

/** Which of the endpoints a new connection goes to. */
export type Balancer = (endpoints: readonly string[]) => string | undefined;

/**
 * - iptables and nftables choose at random for every connection (the statistic and numgen matches of the rules)
 * - IPVS takes turns (Kubernetes 1.35 pkg/proxy/ipvs/proxier.go defaultScheduler "rr")
 *
 * With sessionAffinity ClientIP a client address stays with its endpoint until it has not connected for the
 * timeout, or the endpoint has left. The load comes from one address.
 */
export function balancer(environment: Environment, service: Service, takesTurns: boolean): Balancer {
  const choose = takesTurns ? inTurn(environment) : atRandom(environment);
  const { session_affinity_s } = service;
  return session_affinity_s === undefined
    ? choose
    : withAffinity(environment, choose, session_affinity_s * 1000);
}

function atRandom(environment: Environment): Balancer {
  const uniform = environment.uniform('kube-proxy');
  return (endpoints) => endpoints[below(endpoints.length, uniform)];
}

function inTurn(environment: Environment): Balancer {
  let turn: number | undefined;
  return (endpoints) => {
    turn ??= below(endpoints.length, environment.uniform('kube-proxy'));
    return endpoints[turn++ % endpoints.length];
  };
}

function withAffinity(environment: Environment, choose: Balancer, timeout_ms: number): Balancer {
  let remembered: string | undefined;
  let until_ms = 0;
  return (endpoints) => {
    const isKept =
      remembered !== undefined && environment.now_ms < until_ms && endpoints.includes(remembered);
    if (!isKept) remembered = choose(endpoints);
    until_ms = environment.now_ms + timeout_ms;
    return remembered;
  };
}

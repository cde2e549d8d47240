import type { IntOrPercent } from '../../scenario/scenario.ts';

/**
 * The number of pods that a field says, of so many in all (Kubernetes 1.35
 * staging/src/k8s.io/apimachinery/pkg/util/intstr/intstr.go GetScaledValueFromIntOrPercent).
 */
export function podsOf(value: IntOrPercent, total: number, rounded: 'up' | 'down'): number {
  if ('pods' in value) return value.pods;
  const exact = (value.percent * total) / 100;
  return rounded === 'up' ? Math.ceil(exact) : Math.floor(exact);
}

import type { Labels, Requirement, Selector } from './scenario.ts';

/** Whether a selector, all of it, selects what carries these labels. */
export function selects(selector: Selector, labels: Labels): boolean {
  if (isRequirements(selector)) return selector.every((requirement) => holds(requirement, labels));
  return Object.entries(selector).every(([key, value]) => labels[key] === value);
}

/** Kubernetes 1.35 apimachinery/pkg/labels/selector.go Requirement.Matches: NotIn also holds without the label. */
function holds({ key, operator, values }: Requirement, labels: Labels): boolean {
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
  }
}

/** A selector as the API server takes it in a query, and as a person reads it: "app=web,tier in (a,b)". */
export function selectorText(selector: Selector): string {
  if (!isRequirements(selector)) {
    return Object.entries(selector)
      .map(([key, value]) => `${key}=${value}`)
      .join(',');
  }
  return selector.map(requirementText).join(',');
}

function requirementText({ key, operator, values }: Requirement): string {
  switch (operator) {
    case 'In':
      return `${key} in (${values.join(',')})`;
    case 'NotIn':
      return `${key} notin (${values.join(',')})`;
    case 'Exists':
      return key;
    case 'DoesNotExist':
      return `!${key}`;
  }
}

const isRequirements = (selector: Selector): selector is readonly Requirement[] => Array.isArray(selector);

/** Plans in a temporary folder, and what is wrong with them. */
import { join } from 'node:path';
import { loadPlan } from '../../../src/scenario/plan/load.ts';
import type { ScenarioError } from '../../../src/scenario/problem.ts';
import { errorOf, type Files, filesWith, folderWith } from '../files.ts';

export const PLAN = `version: foreshock/v1
infrastructure:
  units:
    zone: {count: 3, time_to_failure: {exponential: {mean: 3y}}, time_to_repair: 2h}
    node: {count: 2, within: zone, time_to_failure: 1y, time_to_repair: 1h, crew: staff}
    switch: {time_to_failure: 5y, time_to_repair: 1h}
  replicas:
    web: {replicas: 3, on: node, spread: zone, time_to_replace: 6m, needs: [switch]}
  links: [[node, switch]]
  crews:
    staff: {size: 2}
  common_causes:
    power: {every: 2y, hits: [node], within: zone, share: 50%}
  maintenance:
    kernel: {of: node, every: 30d, takes: 20m}
  deployments:
    weekly: {services: [shop], every: 7d, bad: 2%, time_to_roll_back: 20m}
services:
  shop:
    up: {at_least: 2, of: web}
    objectives: {availability: 99.9%, downtime: 4h}
`;

/** A plan that loads, with some of its files replaced; \`scenario.yaml\` is there for episodes. */
export const planFilesWith = (changed: Files = {}): Files => filesWith({ 'plan.yaml': PLAN, ...changed });

export const load = (files: Files = planFilesWith()) => loadPlan(join(folderWith(files), 'plan.yaml'));

export const planErrorOf = (files: Files): ScenarioError => errorOf(files, 'plan.yaml', loadPlan);

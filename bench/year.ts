/**
 * One year of a plan in this one thread, in a process of its own, so that the memory is its alone. Its arguments are the
 * file of a plan, or how many nodes and pods there are. Prints one line of JSON.
 */
import { loadPlan } from '../src/scenario/plan/load.ts';
import { HorizonReplicator } from '../src/sim/years/horizon.ts';
import { zones } from './zones.ts';

const [first = '', pods] = process.argv.slice(2);
const plan = pods === undefined ? loadPlan(first) : zones(Number(pods) / 3, Number(first), 3);
const begin_ms = performance.now();
const { events } = new HorizonReplicator(plan, []).run(0);
const seconds = (performance.now() - begin_ms) / 1000;
// In kilobytes, on every system.
const peak_mib = process.resourceUsage().maxRSS / 1024;
console.log(JSON.stringify({ seconds, events, peak_mib }));

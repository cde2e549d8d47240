/** `hold.ts EVENTS HOLDS FILE`: the hold model with our queue. */
import { EventQueue } from '../../../src/sim/engine/event-queue.ts';
import { runHold } from './run-hold.ts';

runHold(new EventQueue<number>());

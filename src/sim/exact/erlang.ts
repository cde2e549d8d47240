/** Erlang's two formulas, by the recursion in the number of servers: every term is positive, so no digit is lost. */
import { COUNT_MAX, notNegative, whole, wrong } from './input.ts';

/**
 * Erlang B: the probability that an arrival finds all servers of M/G/c/c busy and is lost. Cooper, "Introduction
 * to Queueing Theory", 2nd edition, chapter 3.
 *
 * @param offered_erlang arrival rate times mean service time, zero or more
 * @throws UserError where an argument is out of range
 */
export function erlangB(servers: number, offered_erlang: number): number {
  whole('the number of servers', servers, 0, COUNT_MAX);
  notNegative('the offered load', offered_erlang);
  let blocked = 1;
  for (let count = 1; count <= servers; count += 1) {
    const carried = offered_erlang * blocked;
    blocked = carried / (count + carried);
  }
  return blocked;
}

/**
 * Erlang C: the probability that an arrival at M/M/c has to wait.
 *
 * @param offered_erlang arrival rate times mean service time, below the number of servers
 * @throws UserError where an argument is out of range
 */
export function erlangC(servers: number, offered_erlang: number): number {
  whole('the number of servers', servers, 1, COUNT_MAX);
  notNegative('the offered load', offered_erlang);
  if (offered_erlang >= servers) {
    throw wrong(
      `a load of ${offered_erlang} erlang on ${servers} servers has no steady state: the queue grows for ever`,
      'more servers, shorter service or a bounded queue',
    );
  }
  const blocked = erlangB(servers, offered_erlang);
  return (servers * blocked) / (servers - offered_erlang + offered_erlang * blocked);
}

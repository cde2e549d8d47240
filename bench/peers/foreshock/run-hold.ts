import { readFileSync } from 'node:fs';

interface Queue {
  readonly nextTime: number;
  push(time: number, payload: number): void;
  pop(): number | undefined;
}

/** The hold model, as told by the arguments: EVENTS HOLDS FILE-OF-DELAYS. */
export function runHold(queue: Queue): void {
  const [events, holds] = process.argv.slice(2, 4).map(Number) as [number, number];
  const { buffer } = Uint8Array.from(readFileSync(process.argv[4] as string));
  const delays = new Float64Array(buffer);
  const mask = delays.length - 1;
  let drawn = 0;
  let checksum = 0;
  let now = 0;
  const hold = (count: number) => {
    for (let i = 0; i < count; i += 1) {
      now = queue.nextTime;
      const id = queue.pop() as number;
      checksum = (Math.imul(checksum, 31) + id) | 0;
      queue.push(now + (delays[drawn++ & mask] as number), id);
    }
  };
  for (let id = 0; id < events; id += 1) queue.push(delays[drawn++ & mask] as number, id);
  // Until those that wait are spread as the model spreads them, and the code is compiled.
  hold(holds);
  const begin_ms = performance.now();
  hold(holds);
  const seconds = (performance.now() - begin_ms) / 1000;
  console.log(JSON.stringify({ seconds, answer: { checksum, now } }));
}

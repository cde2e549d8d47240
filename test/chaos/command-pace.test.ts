import { expect, test } from 'vitest';
import { CommandPace } from '../../src/chaos/command-pace.ts';

test('a command is called as much earlier as it has taken at the least, and never by more than half a second', () => {
  const pace = new CommandPace();
  expect(pace.lead_ms).toBe(0);
  pace.observe(2500);
  expect(pace.lead_ms).toBe(500);
  pace.observe(310);
  pace.observe(420);
  expect(pace.lead_ms).toBe(310);
  pace.observe(-5);
  expect(pace.lead_ms).toBe(0);
});

/** Durations as Go writes them, and the schedules of Chaos Mesh that have no time of day. */

/** Go 1.24 time/format.go unitMap; in milliseconds. */
const UNIT_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};
const PART = /(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/gu;

/** Milliseconds of "1m30s", "1.5h", "300ms" (Go's time.ParseDuration); undefined of what is none, or below 0. */
export function goDurationMs(text: string): number | undefined {
  if (text === '0') return 0;
  let sum_ms = 0;
  const rest = text.replaceAll(PART, (_part, number: string, unit: string) => {
    sum_ms += Number(number) * (UNIT_MS[unit] ?? 0);
    return '';
  });
  return text !== '' && rest === '' && Number.isFinite(sum_ms) ? Math.round(sum_ms * 1000) / 1000 : undefined;
}

/**
 * Of "@every 90s" in milliseconds: whole seconds, at least one (robfig/cron v3 constantdelay.go Every); undefined of a
 * schedule with a time of day.
 */
export function everyMs(schedule: string): number | undefined {
  const [, text] = /^@every +(\S+)$/.exec(schedule.trim()) ?? [];
  const duration_ms = text === undefined ? undefined : goDurationMs(text);
  return duration_ms === undefined ? undefined : Math.max(1, Math.floor(duration_ms / 1000)) * 1000;
}

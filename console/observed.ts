// What the views show of how the house is watched: history, alerts, lines, usage, errors. Not every version serves these.

export interface History {
  step_seconds: number;
  points: {
    at: string | number;
    requests: number;
    errors: number;
    p50_ms: number | null;
    p95_ms: number | null;
    p99_ms: number | null;
    active_users: number | null;
  }[];
}

export interface Alert {
  rule: string;
  summary: string;
  severity: string;
  runbook: string;
  state: string;
  value: number | null;
  above: number;
  below: number;
  since: string | null;
  evaluated_at: string | null;
  silenced_until: string | null;
  silence_reason: string | null;
}

export interface AlertChange {
  id: string;
  rule: string;
  state: string;
  value: number | null;
  at: string;
  webhook: string;
  attempts: number;
  failure: string | null;
}

export interface LogLine {
  request_id: string;
  line: Record<string, unknown>;
}

export interface UsageFigures {
  name: string;
  people: number | null;
  calls: number;
  errors: number | null;
  time_ms: number | null;
  rows_read: number | null;
  rows_written: number | null;
  d1: number | null;
  kv: number | null;
  object: number | null;
  upstream: number | null;
}

export interface Usage {
  by: string;
  items: UsageFigures[];
  days: UsageFigures[];
}

export interface ErrorGroup {
  fingerprint: string;
  code: string;
  action: string;
  severity: string;
  cause: string;
  request_id: string | null;
  count: number;
  first_seen: string;
  last_seen: string;
  state: string;
  regressed: boolean;
  release: string;
  note: string | null;
  version: number;
  day: number;
  day_before: number;
}

// What the views show of the server's answers (public/openapi.json). Only what is shown stands here.

export interface Health {
  status: string;
  version: string;
  environment: string;
  checks: { name: string; ok: boolean; latency_ms: number }[];
  waiting: Record<string, number> | null;
}

export interface Secret {
  name: string;
  kind: string;
  first_seen: string;
  expires_at: string;
  state: string;
}

export interface DatabaseReport {
  since: string;
  to: string;
  error_bound: number;
  dropped: number;
  queries: {
    query: string;
    calls: number;
    errors: number;
    time_ms: number;
    time_share: number;
    p50_ms: number | null;
    p95_ms: number | null;
    p99_ms: number | null;
    rows_read: number;
    rows_written: number;
    warning: string | null;
  }[];
  operations: {
    operation: string;
    calls: number;
    rows_read: number;
    rows_written: number;
    d1: number;
    kv: number;
    object: number;
    upstream: number;
  }[];
}

export interface CacheStats {
  from: string;
  to: string;
  isolate: { entries: number; bytes: number };
  hit_rate: number | null;
  engines: {
    engine: string;
    isolate: number;
    cache: number;
    stale: number;
    coalesced: number;
    remote: number;
    embedded: number;
    bytes: number;
    age_seconds: number | null;
    hit_rate: number | null;
  }[];
}

export interface Breaker {
  engine: string;
  remote: boolean;
  state: string | null;
  since: string | null;
  retry_at: string | null;
  why: string | null;
  calls: number;
  failed: number;
  slow: number;
  mode: string;
  reason: string | null;
  set_by: string | null;
  set_at: string | null;
}

export interface EngineMetrics {
  from: string;
  to: string;
  error_bound: number;
  items: {
    engine: string;
    calls: number;
    errors: number;
    refused: number;
    degraded: number;
    error_share: number | null;
    cache_share: number | null;
    fallback_share: number | null;
    p50_ms: number | null;
    p95_ms: number | null;
    p99_ms: number | null;
  }[];
}

export interface Override {
  subject: string;
  policy: string;
  minute: number;
  hour: number;
  day: number;
  expires_at: string;
  reason: string;
  set_by: string;
}

export interface LimitReport {
  subject: string;
  blocked_until: string | null;
  windows: { policy: string; seconds: number; limit: number; left: number; more_at: string | null }[];
  overrides: Override[];
}

export interface Account {
  id: string;
  email: string;
  email_verified: boolean;
  tier: string;
  role: string;
  status: string;
  last_activity_at: string | null;
  created_at: string;
  version: number;
}

export interface Session {
  id: string;
  client_id: string | null;
  device: string | null;
  place: string | null;
  methods: string;
  last_seen_at: string;
  expires_at: string;
  revoked_at: string | null;
  created_at: string;
}

export interface Key {
  id: string;
  name: string;
  prefix: string;
  last_four: string;
  scopes: string[];
  expires_at: string | null;
  last_used_at: string | null;
  created_at: string;
}

export interface AuditRecord {
  seq: number | null;
  id: string;
  at: string;
  kind: string;
  outcome: string;
  actor: string;
  subject_type: string;
  subject_id: string;
  user_id: string | null;
  source: string;
  request_id: string;
  personal: object | null;
}

export interface Verification {
  state: string;
  fault: string | null;
  head: number;
  begins_after: number;
  verified_from: number | null;
  unsealed: number;
  unsealed_since: string | null;
  last_checkpoint: { seq: number; at: number; key_id: string } | null;
}

export interface MailSummary {
  id: string;
  user_id: string | null;
  kind: string;
  state: string;
  attempts: number;
  next_attempt_at?: string | null;
  delivered_at?: string | null;
  failure?: string | null;
  created_at: string;
}

export interface Mail extends MailSummary {
  to: string | null;
  subject: string | null;
  text: string | null;
}

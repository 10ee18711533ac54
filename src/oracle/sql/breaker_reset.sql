-- ?1 engine, ?2 now
INSERT INTO engine_breakers (engine, mode, reset_at) VALUES (?1, 'automatic', ?2)
ON CONFLICT (engine) DO UPDATE SET reset_at = excluded.reset_at, revision = revision + 1
RETURNING engine, mode, reason, set_by, set_at, revision

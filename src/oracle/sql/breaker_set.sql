-- ?1 engine, ?2 mode, ?3 reason, ?4 actor, ?5 now
INSERT INTO engine_breakers (engine, mode, reason, set_by, set_at) VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT (engine) DO UPDATE
SET mode = excluded.mode, reason = excluded.reason, set_by = excluded.set_by, set_at = excluded.set_at, revision = revision + 1
RETURNING engine, mode, reason, set_by, set_at, revision

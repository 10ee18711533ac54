-- ?1 rule, ?2 until, ?3 reason, ?4 by whom
INSERT INTO alerts (rule, state, streak, evaluated_at, silenced_until, silence_reason, silenced_by)
VALUES (?1, 'ok', 0, 0, ?2, ?3, ?4)
ON CONFLICT (rule) DO UPDATE SET silenced_until = excluded.silenced_until, silence_reason = excluded.silence_reason,
  silenced_by = excluded.silenced_by

-- About a session whose device and place the account was not seen with before, unless it is its first one. Ended sessions
-- are removed one day; that there were some is seen by the account's having been used.
-- ?1 id, ?2 kind, ?3 sealed, ?4 next attempt, ?5 delivered, ?6 now, ?7 user, ?8 session
INSERT INTO mails (id, kind, sealed, next_attempt_at, delivered_at, created_at, updated_at, user_id)
SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?6, ?7
WHERE (EXISTS (SELECT 1 FROM sessions AS earlier WHERE earlier.user_id = ?7 AND earlier.id <> ?8)
    OR EXISTS (SELECT 1 FROM users WHERE users.id = ?7 AND users.last_activity_at IS NOT NULL))
  AND NOT EXISTS (
    SELECT 1 FROM sessions AS here JOIN sessions AS earlier ON earlier.user_id = here.user_id AND earlier.id <> here.id
    WHERE here.id = ?8 AND earlier.user_id = ?7 AND earlier.device IS here.device AND earlier.place IS here.place)

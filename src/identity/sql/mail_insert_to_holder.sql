-- To whoever has an address, if not told lately.
-- ?1 id, ?2 kind, ?3 sealed, ?4 next attempt, ?5 delivered, ?6 now, ?7 address in lower case, ?8 but not this user, ?9 lately
INSERT INTO mails (id, kind, sealed, next_attempt_at, delivered_at, created_at, updated_at, user_id)
SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?6, users.id FROM users
WHERE users.email_key = ?7 AND users.id <> ?8 AND users.status <> 'deleted'
  AND NOT EXISTS (SELECT 1 FROM mails AS sent WHERE sent.user_id = users.id AND sent.kind = ?2 AND sent.created_at > ?9)

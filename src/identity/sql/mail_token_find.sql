-- A token that is good, with its account. ?1 hash, ?2 user, ?3 purpose, ?4 now
SELECT mail_tokens.email AS token_email, users.email, users.email_verified_at IS NOT NULL AS verified
FROM mail_tokens JOIN users ON users.id = mail_tokens.user_id
WHERE hash = ?1 AND mail_tokens.user_id = ?2 AND purpose = ?3 AND used_at IS NULL AND expires_at > ?4
  AND users.status <> 'deleted'

-- For an account that is there and was not sent many of the kind lately; to verify only what is not verified, to change to
-- an address that is free.
-- ?1 hash, ?2 user, ?3 purpose, ?4 address, ?5 in lower case, ?6 end, ?7 now, ?8 lately
INSERT INTO mail_tokens (hash, user_id, purpose, email, email_key, expires_at, created_at)
SELECT ?1, users.id, ?3, ?4, ?5, ?6, ?7 FROM users
WHERE users.id = ?2 AND users.status <> 'deleted'
  AND (?3 <> 'verify' OR users.email_verified_at IS NULL)
  AND (?3 <> 'change_email' OR NOT EXISTS (SELECT 1 FROM users AS other WHERE other.email_key = ?5))
  AND (SELECT count(*) FROM mail_tokens AS sent
       WHERE sent.user_id = ?2 AND sent.purpose = ?3 AND sent.created_at > ?8) < 3

-- Once, while it is good, for the address that it was sent to. ?1 hash, ?2 user, ?3 purpose, ?4 now
UPDATE mail_tokens SET used_at = ?4
WHERE hash = ?1 AND user_id = ?2 AND purpose = ?3 AND used_at IS NULL AND expires_at > ?4
  AND EXISTS (SELECT 1 FROM users WHERE users.id = mail_tokens.user_id AND users.status <> 'deleted'
              AND (mail_tokens.purpose = 'change_email' OR users.email_key = mail_tokens.email_key))
  AND (purpose <> 'change_email'
       OR NOT EXISTS (SELECT 1 FROM users AS other WHERE other.email_key = mail_tokens.email_key))

-- ?1 those that ended before
DELETE FROM mail_tokens WHERE expires_at < ?1

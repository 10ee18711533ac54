-- ?1 address in lower case
SELECT id, password_hash, tier, role, epoch, status FROM users WHERE email_key = ?1

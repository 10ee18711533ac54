-- Fails the batch (NOT NULL) unless the account is as it was read. ?1 user, ?2 epoch, ?3 verified, ?4 address in lower
-- case or NULL
UPDATE users
SET epoch = CASE WHEN epoch = ?2 AND status = 'active' AND (email_verified_at IS NOT NULL) = ?3
                      AND (?4 IS NULL OR email_key = ?4) THEN epoch END
WHERE id = ?1

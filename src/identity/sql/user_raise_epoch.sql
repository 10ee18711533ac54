-- Everything that was read of this account is to be read again. ?1 user, ?2 now
UPDATE users SET epoch = epoch + 1, updated_at = ?2 WHERE id = ?1 AND changes() > 0

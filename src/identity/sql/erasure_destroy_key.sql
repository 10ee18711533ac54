-- Without the key nothing that was sealed under it can be read again. ?1 user
DELETE FROM user_keys WHERE user_id = ?1 AND EXISTS (SELECT 1 FROM erasures WHERE erasures.user_id = ?1)

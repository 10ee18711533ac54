-- The profile of the account that was just made; none when the address was known. ?1 user, ?2 full name, ?3 now
INSERT INTO profiles (user_id, full_name, created_at, updated_at)
SELECT id, ?2, ?3, ?3 FROM users WHERE id = ?1

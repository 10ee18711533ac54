-- ?1 user, ?2 what to be called, ?3 now
INSERT INTO profiles (user_id, preferred_name, created_at, updated_at) VALUES (?1, ?2, ?3, ?3)

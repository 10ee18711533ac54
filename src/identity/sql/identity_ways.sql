-- ?1 identity, ?2 user
SELECT provider,
       NOT EXISTS (SELECT 1 FROM users WHERE users.id = ?2 AND password_set = 1)
       AND NOT EXISTS (SELECT 1 FROM identities AS others WHERE others.user_id = ?2 AND others.id <> ?1) AS last
FROM identities WHERE id = ?1 AND user_id = ?2

-- Unless it is the last way in. ?1 identity, ?2 user
DELETE FROM identities
WHERE id = ?1 AND user_id = ?2
  AND (EXISTS (SELECT 1 FROM users WHERE users.id = ?2 AND password_set = 1)
       OR EXISTS (SELECT 1 FROM identities AS others WHERE others.user_id = ?2 AND others.id <> ?1))

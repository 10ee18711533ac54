-- ?1 user, ?2 secret as it was sealed, ?3 as it is sealed now
UPDATE two_factor SET secret = ?3 WHERE user_id = ?1 AND secret = ?2

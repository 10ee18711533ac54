-- ?1 user
DELETE FROM identities WHERE user_id = ?1

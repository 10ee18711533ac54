-- ?1 user
SELECT epoch, tier, role, status FROM users WHERE id = ?1

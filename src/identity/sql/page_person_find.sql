-- ?1 user
SELECT email, epoch, status FROM users WHERE id = ?1

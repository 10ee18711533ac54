-- Whom the house tells. ?1 limit
SELECT id, email FROM users INDEXED BY users_by_admin WHERE role = 'admin' AND status = 'active' LIMIT ?1

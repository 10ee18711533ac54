-- Changes how an account stands, if it is as it was read, was not deleted, and an administrator is left.
-- ?1 user, ?2 version, ?3 tier, ?4 role, ?5 status, ?6 now
UPDATE users
SET tier = ?3, role = ?4, status = ?5, epoch = epoch + 1, updated_at = ?6, version = version + 1
WHERE id = ?1 AND version = ?2 AND status <> 'deleted'
  AND (role <> 'admin' OR status <> 'active' OR (?4 = 'admin' AND ?5 = 'active')
       OR (SELECT count(*) FROM users AS others WHERE others.role = 'admin' AND others.status = 'active') > 1)

-- ?1 id
SELECT 1 AS spent FROM oauth_spent WHERE id = ?1

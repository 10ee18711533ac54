-- ?1 client
SELECT id, name, redirects, scopes FROM oauth_clients WHERE id = ?1

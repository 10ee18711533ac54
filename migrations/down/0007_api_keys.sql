DROP INDEX users_by_admin;
DROP INDEX users_by_created_at;
DROP TABLE api_keys;

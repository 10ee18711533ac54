DROP INDEX api_keys_by_expires_at;
ALTER TABLE api_keys DROP COLUMN expiry_stage;
DROP TABLE secrets;

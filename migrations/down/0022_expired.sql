DROP INDEX sessions_by_expires_at;

-- ?1 fingerprint
SELECT hour * 3600000 AS at, count FROM error_hours WHERE fingerprint = ?1 ORDER BY hour

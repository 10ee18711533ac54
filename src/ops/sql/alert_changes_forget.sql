-- ?1 before
DELETE FROM alert_changes WHERE at < ?1

-- ?1 step, ?2 before
DELETE FROM metric_windows WHERE step = ?1 AND at < ?2

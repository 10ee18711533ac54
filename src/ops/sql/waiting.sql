-- What waits to be done. Each count is that of a partial index, which holds nothing else; there are a dozen secrets, and the
-- errors are those of a quarter of an hour and of an hour. ?1 a quarter of an hour ago, ?2 the hour
SELECT (SELECT count(*) FROM audit_records INDEXED BY audit_records_unsealed WHERE seq IS NULL) AS records,
       (SELECT count(*) FROM events INDEXED BY events_unsealed WHERE sealed_at IS NULL) AS events,
       (SELECT count(*) FROM mails INDEXED BY mails_by_next_attempt WHERE next_attempt_at IS NOT NULL) AS mails,
       (SELECT count(*) FROM erasures INDEXED BY erasures_by_requested_at WHERE completed_at IS NULL) AS erasures,
       (SELECT count(*) FROM secrets WHERE stage BETWEEN 1 AND 2) AS secrets,
       (SELECT count(*) FROM secrets WHERE stage = 3) AS secrets_expired,
       (SELECT count(*) FROM errors INDEXED BY errors_by_last_seen
        WHERE last_seen >= ?1 AND first_seen >= ?1 AND state = 'open') AS errors_new,
       (SELECT coalesce(max(count), 0) FROM error_hours INDEXED BY error_hours_by_hour WHERE hour = ?2) AS errors_often

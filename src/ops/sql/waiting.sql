-- What waits to be done. Each count is that of a partial index, which holds nothing else; there are a dozen secrets.
SELECT (SELECT count(*) FROM audit_records INDEXED BY audit_records_unsealed WHERE seq IS NULL) AS records,
       (SELECT count(*) FROM events INDEXED BY events_unsealed WHERE sealed_at IS NULL) AS events,
       (SELECT count(*) FROM mails INDEXED BY mails_by_next_attempt WHERE next_attempt_at IS NOT NULL) AS mails,
       (SELECT count(*) FROM erasures INDEXED BY erasures_by_requested_at WHERE completed_at IS NULL) AS erasures,
       (SELECT count(*) FROM secrets WHERE stage BETWEEN 1 AND 2) AS secrets,
       (SELECT count(*) FROM secrets WHERE stage = 3) AS secrets_expired

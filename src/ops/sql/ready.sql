-- Whether the database answers, and since when the oldest of the mails waits that are tried next.
SELECT 1 AS one,
       (SELECT min(created_at) FROM (SELECT created_at FROM mails WHERE next_attempt_at > 0
                                     ORDER BY next_attempt_at LIMIT 50)) AS mail_since

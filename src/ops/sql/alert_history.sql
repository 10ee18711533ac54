-- The newest first. ?1 rule or NULL, ?2 before this moment and ?3 id, ?4 how many
SELECT id, rule, state, value, at, webhook, attempts, failure FROM alert_changes
WHERE (at, id) < (?2, ?3) AND (?1 IS NULL OR rule = ?1) ORDER BY at DESC, id DESC LIMIT ?4

-- What was answered to an earlier request with that key.
SELECT operation, fingerprint, answer FROM idempotency_keys WHERE user_id = ? AND key = ?;

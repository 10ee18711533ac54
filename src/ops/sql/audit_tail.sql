-- What waits to be sealed.
SELECT count(*) AS count, min(at) AS since FROM audit_records INDEXED BY audit_records_unsealed WHERE seq IS NULL

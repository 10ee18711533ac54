-- The oldest records without a place, as many as one statement can carry. ?1 how many at most
SELECT 0 AS seq, id, at, kind, outcome, actor, subject_type, subject_id, user_id, source, request_id, personal,
       '' AS commitment, '' AS hash, found
FROM (
  SELECT *, sum(length(personal)) OVER (ORDER BY id) - length(personal) AS earlier, count(*) OVER () AS found
  FROM (SELECT * FROM audit_records INDEXED BY audit_records_unsealed WHERE seq IS NULL ORDER BY id LIMIT ?1)
)
WHERE earlier < 300000
ORDER BY id

-- Circles that nobody else is in. ?1 user
DELETE FROM circles
WHERE id IN (SELECT circle_id FROM circle_members WHERE user_id = ?1)
  AND NOT EXISTS (SELECT 1 FROM circle_members WHERE circle_id = circles.id AND user_id <> ?1)

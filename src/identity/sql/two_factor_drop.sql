-- Confirmed or not. ?1 user
DELETE FROM two_factor WHERE user_id = ?1

-- Keys of the house's own from months before. ?1 the first that stays
DELETE FROM user_keys WHERE user_id >= 'house:' AND user_id < ?1
